import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { DRIVER_TIMEOUT, lackingDriver, whileBusy } from '@varve/eventstore/sqlite';
import Database from 'better-sqlite3';
import { InvalidProjectionOptionsError, ReadModelsIncompatibleError } from '../../index.js';
import { translateDriverError } from '../driver-errors.js';
import { APPLICATION_ID, ensureSchema } from './schema.js';

export const IN_MEMORY = ':memory:';

interface Opening {
  readonly create: boolean;
  readonly now: number;
  /** How long another process's lock is waited for, in milliseconds. */
  readonly busyTimeout: number;
}

/** Opens a connection that writes, and makes the tables in an empty file. */
export async function openForWriting(file: string, opening: Opening): Promise<Database.Database> {
  const lacking = lackingDriver();
  if (lacking) throw new ReadModelsIncompatibleError(`SQLite read models need ${lacking}.`);
  if (!opening.create && file !== IN_MEMORY && !existsSync(file)) {
    throw new InvalidProjectionOptionsError('file', `There are no read models at ${file}. Check the path.`);
  }
  try {
    // Processes that start together make the file together.
    return await whileBusy(opening.busyTimeout, () =>
      connect(file, { timeout: DRIVER_TIMEOUT }, (database) => prepare(database, opening.now)),
    );
  } catch (error) {
    throw asOpenError(error, file);
  }
}

function prepare(database: Database.Database, now: number): void {
  refuseForeignFile(database);
  database.pragma('journal_mode = WAL');
  // What a power cut takes, it takes together with its checkpoint: the processor applies it again.
  database.pragma('synchronous = NORMAL');
  database.pragma('wal_autocheckpoint = 10000');
  database.pragma('foreign_keys = ON');
  ensureSchema(database, { databaseId: randomUUID(), now });
}

/** A connection that cannot write, whatever SQL it is given. WAL readers never wait for the writer. */
export function openForReading(file: string): Database.Database {
  try {
    return connect(file, { timeout: 5_000, fileMustExist: true }, (database) => {
      database.pragma('query_only = ON');
    });
  } catch (error) {
    throw asOpenError(error, file);
  }
}

/** Before anything is changed in the header: the journal mode is stored in the file. */
function refuseForeignFile(database: Database.Database): void {
  const applicationId = database.pragma('application_id', { simple: true });
  if (applicationId === 0 || applicationId === APPLICATION_ID) return;
  throw new ReadModelsIncompatibleError(
    `${database.name} belongs to another application. Give the read models a file of their own.`,
  );
}

function connect(
  file: string,
  options: Database.Options,
  prepare: (database: Database.Database) => void,
): Database.Database {
  const database = new Database(file, options);
  try {
    prepare(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function asOpenError(error: unknown, file: string): unknown {
  const isMissingFolder = error instanceof TypeError && error.message.includes('directory does not exist');
  if (!isMissingFolder) return translateDriverError(error, file);
  return new InvalidProjectionOptionsError('file', `The folder of ${file} does not exist. Make it first.`);
}
