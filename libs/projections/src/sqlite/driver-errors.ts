import { ReadModelsIncompatibleError, ReadModelsUnavailableError } from '../index.js';

/** The storage could not be used, as opposed to: the statement was wrong. */
const UNAVAILABLE =
  /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|INTERRUPT|PROTOCOL|PERM|AUTH)(_|$)/;
const INCOMPATIBLE = /^SQLITE_(NOTADB|CORRUPT)(_|$)/;
const BUSY = /^SQLITE_(BUSY|LOCKED)(_|$)/;

export function isBusy(error: unknown): boolean {
  return BUSY.test(driverCode(error));
}

/** Tells the driver's errors apart by code; everything else, such as a handler's own error, is left as it is. */
export function translateDriverError(error: unknown, location: string): unknown {
  const code = driverCode(error);
  if (UNAVAILABLE.test(code)) {
    return new ReadModelsUnavailableError(
      `The read models at ${location} cannot be used (${code}). Nothing was saved. ${whatToDo(code)}`,
      { cause: error },
    );
  }
  if (INCOMPATIBLE.test(code)) {
    return new ReadModelsIncompatibleError(
      `${location} is damaged, or is no SQLite database (${code}). Move it away; the read models are rebuilt from the log.`,
      { cause: error },
    );
  }
  return error;
}

function driverCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function whatToDo(code: string): string {
  if (BUSY.test(code)) return 'Another process holds its write lock; look for a long transaction.';
  if (code.startsWith('SQLITE_FULL')) return 'The disk is full: make room.';
  if (code.startsWith('SQLITE_READONLY')) return 'The file or its folder is read-only: allow writing.';
  return 'Check the file, its folder and the disk.';
}
