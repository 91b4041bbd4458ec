import { isEventStoreError } from '../../log/errors.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { isBusy, writeFailed } from '../errors.js';

export interface PendingWrite {
  /** How much it writes, about. */
  readonly bytes: number;
  readonly judge: (log: SqliteLog) => unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** When to stop waiting for the lock, on the monotonic clock; set when it is first found taken. */
  deadline?: number;
}

/**
 * One transaction for many callers, each judged on its own. Any SQL error ends it: a full disk has rolled back already, and whatever
 * statement came next would run outside of any transaction. Settles every caller, and answers whether a commit was added.
 *
 * @throws the driver's error when the file is locked: nothing was begun and nobody has been answered
 */
export function writeGroup(log: SqliteLog, group: readonly PendingWrite[], lookAtFiles: boolean): boolean {
  const before = log.newest.position;
  let answers: readonly Answer[];
  let committing = false;
  try {
    if (lookAtFiles) log.assertSameFiles();
    begin(log);
    log.refresh();
    if (group.length === 1) log.journalRoom?.keep(group[0]!.bytes);
    answers = group.map(({ judge }) => answerOf(log, judge));
    committing = true;
    log.run('COMMIT');
  } catch (error) {
    log.forget();
    if (isBusy(error) && !log.database.inTransaction && !committing) throw error;
    rollBack(log);
    const failure = failureOf(error, log, committing);
    for (const { reject } of group) reject(failure);
    return false;
  }
  log.keepStaged();
  answers.forEach((answer, i) => settle(group[i]!, answer));
  return log.newest.position > before;
}

type Answer = { readonly value: unknown } | { readonly refusal: Error };

function answerOf(log: SqliteLog, judge: PendingWrite['judge']): Answer {
  try {
    return { value: judge(log) };
  } catch (error) {
    if (isEventStoreError(error)) return { refusal: error };
    throw error;
  }
}

function settle({ resolve, reject }: PendingWrite, answer: Answer): void {
  if ('refusal' in answer) reject(answer.refusal);
  else resolve(answer.value);
}

function begin(log: SqliteLog): void {
  if (log.database.inTransaction) log.run('ROLLBACK');
  log.run('BEGIN IMMEDIATE');
}

/** If even this fails, the callers get the first error all the same, and the next group tries it again before it begins. */
function rollBack(log: SqliteLog): void {
  try {
    if (log.database.inTransaction) log.run('ROLLBACK');
  } catch {
    return;
  }
}

function failureOf(error: unknown, log: SqliteLog, committing: boolean): unknown {
  if (isEventStoreError(error)) return error;
  return writeFailed(error, log.location, committing ? 'unknown' : 'not-written');
}
