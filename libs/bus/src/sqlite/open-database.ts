import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { DRIVER_TIMEOUT } from '@varve/eventstore/sqlite';
import { InvalidBusOptionsError } from '../transport/errors.js';
import { ensureSchema, isOurs } from './schema.js';

/** @throws InvalidBusOptionsError */
export function assertUsablePath(path: string, create: boolean): void {
  if (!existsSync(dirname(path)))
    throw new InvalidBusOptionsError(
      'file',
      `The folder of "file" does not exist: ${dirname(path)}. Create it.`,
    );
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats && !create)
    throw new InvalidBusOptionsError('file', `There is no publication store at ${path}.`);
  if (stats && !stats.isFile()) throw new InvalidBusOptionsError('file', `"file" is no file: ${path}.`);
}

export function openDatabase(location: string, create: boolean): Database.Database {
  const database = new Database(location, { timeout: DRIVER_TIMEOUT, fileMustExist: !create });
  try {
    isOurs(database);
    database.pragma('journal_mode = WAL');
    // A power cut takes the last of it, together: what was published since then is published again.
    database.pragma('synchronous = NORMAL');
    ensureSchema(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
