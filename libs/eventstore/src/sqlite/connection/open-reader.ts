import Database from 'better-sqlite3';
import { SqliteLog } from './sqlite-log.js';
import { DRIVER_TIMEOUT } from './while-busy.js';

/** What is seen through a reader stands still until `end()`; the writers go on. A log in memory has one connection, and its reader moves along. */
export interface Reader {
  readonly log: SqliteLog;
  readonly end: () => void;
}

export function openReader(log: SqliteLog): Reader {
  if (log.files.path === undefined) return { log, end: () => undefined };
  log.assertSameFiles();
  const database = new Database(log.files.path, {
    readonly: true,
    fileMustExist: true,
    timeout: DRIVER_TIMEOUT,
  });
  try {
    database.exec('BEGIN; SELECT count(*) FROM log');
  } catch (error) {
    database.close();
    throw error;
  }
  return { log: new SqliteLog(database, log.files), end: () => database.close() };
}
