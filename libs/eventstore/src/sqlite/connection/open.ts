import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { InvalidOptionsError, StoreIncompatibleError } from '../../log/errors.js';
import { translateError } from '../errors.js';
import { assertComplete } from '../moving/begin-filling.js';
import type { OpenOptions } from '../options.js';
import { CHECKPOINT_PAGES, JournalRoom } from './journal-room.js';
import { lackingDriver } from './lacking-driver.js';
import { LogFiles } from './log-files.js';
import { assertCompatible, migrate } from './migrate.js';
import { SqliteLog } from './sqlite-log.js';
import { DRIVER_TIMEOUT, whileBusy } from './while-busy.js';

/** @throws InvalidOptionsError, LogIncompleteError, StoreIncompatibleError, StoreUnavailableError */
export async function openLog(options: OpenOptions, purpose: 'use' | 'filling' = 'use'): Promise<SqliteLog> {
  const lacking = lackingDriver();
  if (lacking) throw new StoreIncompatibleError(`The SQLite log needs ${lacking}, or another store.`);
  const path = options.file === ':memory:' ? undefined : resolve(options.file);
  const files = new LogFiles(path);
  if (path !== undefined) assertUsablePath(path, options);
  try {
    return await whileBusy(options.busyTimeout, () => openOnce(files, options, purpose));
  } catch (error) {
    throw translateError(error, files.location);
  }
}

function assertUsablePath(path: string, { readOnly, create }: OpenOptions): void {
  if (!existsSync(dirname(path))) {
    throw new InvalidOptionsError(
      'file',
      `The folder of "file" does not exist: ${dirname(path)}. Create it.`,
    );
  }
  // The journal first: whoever makes the log meanwhile writes the file before it.
  const journal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats && (readOnly || !create)) {
    throw new InvalidOptionsError('file', `There is no log at "file": ${path}.`);
  }
  if (stats && !stats.isFile()) throw new InvalidOptionsError('file', `"file" is no file: ${path}.`);
  // SQLite would take the empty file for a new database and delete the journal, with all that is in it.
  if ((!stats || stats.size === 0) && journal && journal.size > 0) {
    throw new StoreIncompatibleError(
      `The log ${path} is ${stats ? 'empty' : 'gone'}, but "${path}-wal" beside it is not: the file was cut off or removed. Restore it from a backup.`,
    );
  }
}

function openOnce(files: LogFiles, options: OpenOptions, purpose: 'use' | 'filling'): SqliteLog {
  const database = new Database(files.location, {
    readonly: options.readOnly,
    fileMustExist: !options.create,
    timeout: DRIVER_TIMEOUT,
  });
  try {
    assertCompatible(database, files.location);
    if (!options.readOnly) makeDurable(database, options);
    database.pragma('foreign_keys = OFF');
    if (!options.readOnly) migrate(database, files.location);
    const flushesEach = !options.readOnly && options.durability === 'power-cut';
    const log = new SqliteLog(database, files, flushesEach ? new JournalRoom(files) : undefined);
    log.refresh();
    if (purpose === 'use') assertComplete(log);
    files.remember();
    return log;
  } catch (error) {
    database.close();
    throw error;
  }
}

function makeDurable(database: Database.Database, { file, durability }: OpenOptions): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal' && file !== ':memory:') {
    throw new InvalidOptionsError(
      'file',
      `The file system of ${file} offers no shared memory for SQLite's WAL mode. Use a local disk.`,
    );
  }
  database.pragma(`synchronous = ${durability === 'power-cut' ? 'FULL' : 'NORMAL'}`);
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
}
