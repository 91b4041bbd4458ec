import { StoreIncompatibleError, StoreUnavailableError } from '@varve/eventstore';
import { sqliteCodeOf } from '@varve/eventstore/sqlite';

const BUSY = /^SQLITE_(BUSY|LOCKED)(_|$)/;
const DAMAGED = /^SQLITE_(NOTADB|CORRUPT)(_|$)/;

/** An error of the driver as one of ours; every other error as it is. */
export function translated(error: unknown, location: string): unknown {
  const code = sqliteCodeOf(error);
  if (code === undefined) return error;
  if (DAMAGED.test(code)) {
    return new StoreIncompatibleError(
      `${location} is damaged, or is no SQLite database (${code}). Move it away: what was published is then published again, and nothing else follows.`,
      { cause: error },
    );
  }
  return new StoreUnavailableError(
    `The publication store ${location} cannot be used (${code}). ${whatToDo(code)}`,
    'not-written',
    { cause: error },
  );
}

function whatToDo(code: string): string {
  if (BUSY.test(code)) return 'Another process holds its write lock; look for a long transaction.';
  if (code.startsWith('SQLITE_FULL')) return 'The disk is full: make room.';
  if (code.startsWith('SQLITE_READONLY')) return 'The file or its folder is read-only: allow writing.';
  return 'Check the file, its folder and the disk.';
}
