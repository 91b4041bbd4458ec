import { sqliteCodeOf } from '@varve/eventstore/sqlite';
import {
  ReadModelsIncompatibleError,
  ReadModelsUnavailableError,
  TransactionControlError,
} from '../index.js';

/** The storage could not be used, as opposed to: the statement was wrong. */
const UNAVAILABLE =
  /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|NOMEM|INTERRUPT|PROTOCOL|PERM|AUTH)(_|$)/;
const INCOMPATIBLE = /^SQLITE_(NOTADB|CORRUPT)(_|$)/;
const BUSY = /^SQLITE_(BUSY|LOCKED)(_|$)/;

/** The storage's fault, not the statement's. */
export function isUnavailable(error: unknown): boolean {
  return UNAVAILABLE.test(driverCode(error));
}

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

/** What is left when SQLite has ended the transaction after a failure, and somebody goes on in it. */
export function rolledBackUnderWay(location: string): ReadModelsUnavailableError {
  return new ReadModelsUnavailableError(
    `SQLite has rolled back the transaction at ${location} after a failure that a handler caught. The step is tried again.`,
  );
}

/** What is left when a handler has ended it: trying again would keep the same rows once more. */
export function endedByHandler(location: string): TransactionControlError {
  return new TransactionControlError(
    `A handler has ended its transaction at ${location}, so what it had written may have been kept without its checkpoint: rebuild the projection.`,
  );
}

/** Handlers wrap errors, so the causes count too. */
function driverCode(error: unknown): string {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    const code = sqliteCodeOf(current);
    if (code !== undefined) return code;
    current = current.cause;
  }
  return '';
}

function whatToDo(code: string): string {
  if (BUSY.test(code)) return 'Another process holds its write lock; look for a long transaction.';
  if (code.startsWith('SQLITE_FULL')) return 'The disk is full: make room.';
  if (code.startsWith('SQLITE_READONLY')) return 'The file or its folder is read-only: allow writing.';
  return 'Check the file, its folder and the disk.';
}
