import { writeFailedBecause } from '../adapter/write-failed.js';
import { StoreIncompatibleError, StoreUnavailableError } from '../log/errors.js';
import { messageOf } from '../log/message-of.js';

/** What a person can do, by SQLite's primary result code. */
const ADVICE: Readonly<Record<string, string>> = {
  SQLITE_BUSY:
    'is locked by another process. Find out who holds it (a backup tool, an open transaction), or raise "busyTimeout"',
  SQLITE_LOCKED: 'is locked by another statement of this process',
  SQLITE_FULL: 'cannot grow: the disk is full. Make room; nothing acknowledged is lost',
  SQLITE_READONLY:
    'cannot be written. Check the permissions of the file, of "-wal" and "-shm" beside it, and of the folder',
  SQLITE_PERM: 'cannot be accessed. Check the permissions of the file and of the folder',
  SQLITE_CANTOPEN: 'cannot be opened. Check that the folder exists and that this process may write to it',
  SQLITE_IOERR: 'could not be read or written: the disk reports an error',
  SQLITE_NOMEM: 'could not be used: out of memory',
  SQLITE_TOOBIG: 'takes no text of that size. Split the commit',
  SQLITE_CORRUPT: 'is damaged. Stop, run "varve doctor", and restore from a backup',
  SQLITE_NOTADB: 'is no SQLite database',
};

const OF_WHAT_IS_WRITTEN = new Set(['SQLITE_FULL', 'SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_CANTOPEN']);

/** The driver's result code, extended where it is: `SQLITE_BUSY_SNAPSHOT`. */
export function sqliteCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && error.code.startsWith('SQLITE_') ? error.code : undefined;
}

export function isBusy(error: unknown): boolean {
  return primary(sqliteCodeOf(error)) === 'SQLITE_BUSY';
}

/** An error of the driver as one of ours; every other error as it is. */
export function translateError(error: unknown, location: string): Error {
  const code = sqliteCodeOf(error);
  if (code === undefined)
    return error instanceof Error ? error : new Error(messageOf(error), { cause: error });
  const message = describe(code, location);
  if (isDamage(code)) return new StoreIncompatibleError(message, { cause: error });
  return new StoreUnavailableError(message, 'not-written', { cause: error });
}

/** What concerns the copy, since the log itself is open: it is told by the copy's name, and not as an error of the log. */
export function backupFailed(error: unknown, target: string): unknown {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  const code = primary(sqliteCodeOf(error)) ?? (isOfSystem ? 'SQLITE_CANTOPEN' : '');
  if (!OF_WHAT_IS_WRITTEN.has(code)) return error;
  const message = `The backup ${target} ${ADVICE[code] ?? 'could not be written'} (${code}).`;
  return new StoreUnavailableError(message, 'not-written', { cause: error });
}

export function writeFailed(
  error: unknown,
  location: string,
  written: 'not-written' | 'unknown',
): StoreUnavailableError {
  const code = sqliteCodeOf(error);
  const what = code === undefined ? `The log ${location} could not be written.` : describe(code, location);
  return writeFailedBecause(what, written, error);
}

function describe(code: string, location: string): string {
  return `The log ${location} ${ADVICE[primary(code) ?? ''] ?? 'could not be used'} (${code}).`;
}

function isDamage(code: string): boolean {
  return primary(code) === 'SQLITE_CORRUPT' || primary(code) === 'SQLITE_NOTADB';
}

function primary(code: string | undefined): string | undefined {
  return code?.split('_').slice(0, 2).join('_');
}
