import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { scheduler } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { ServiceError } from './service-error.ts';

/** Longer than any download or start takes. */
const timeout = 900_000;
const pause = 100;

/** One process at a time. SQLite holds the lock, so that the system takes it back from a process that was killed. */
export async function withLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const deadline = performance.now() + timeout;
  const database = new Database(file, { timeout: 0 });
  try {
    while (!isTaken(database)) {
      if (performance.now() > deadline) throw new ServiceError('not-ready', `Another process holds ${file}.`);
      await scheduler.wait(pause);
    }
    return await work();
  } finally {
    database.close();
  }
}

function isTaken(database: Database.Database): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return false;
    throw error;
  }
}
