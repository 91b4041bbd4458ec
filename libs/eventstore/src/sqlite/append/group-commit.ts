import type { SqliteLog } from '../connection/sqlite-log.js';
import { busyPause } from '../connection/while-busy.js';
import { isBusy, writeFailed } from '../errors.js';
import { writeGroup, type PendingWrite } from './write-group.js';

/** Bounds of a group: one transaction blocks the event loop, and every caller of the group waits for all of it. */
const MAX_WRITES = 256;
const MAX_BYTES = 8 * 1024 * 1024;

/** After how long a lock is worth a line in the log, in milliseconds: a writer's transaction takes some. */
const LONG_LOCK = 1_000;

export interface GroupCommitOptions {
  readonly busyTimeout: number;
  readonly onCommit: () => void;
  readonly logger: { warn(message: string): void };
}

/**
 * For how long a caller that is alone may append without a turn of the event loop in between, in milliseconds. A turn costs a tenth of an
 * append; so much longer, at most, everything else waits for one.
 */
const LONGEST_TURN = 1;

/**
 * The writers' queue: who waits at the same time is written in the same transaction, one disk flush for all.
 *
 * A group is written at the end of the turn, so that everybody whose request came in with it can join. Only a caller that was alone, and
 * appends again straight from its answer, before anybody else's request could be heard, is written at once.
 */
export class GroupCommit {
  readonly #log: SqliteLog;
  readonly #options: GroupCommitOptions;
  #queue: PendingWrite[] = [];
  #scheduled = false;
  #attempts = 0;
  #lookAtFiles = true;
  /** When the event loop last came round to here, on the monotonic clock. */
  #turnBegan = -Infinity;
  /** Between the answer to a caller that was alone and the end of what follows from it. */
  #answeringOne = false;
  #whenDrained: (() => void)[] = [];
  /** Since when the file has been locked, on the monotonic clock; infinite once that has been said. */
  #lockedSince: number | undefined;

  constructor(log: SqliteLog, options: GroupCommitOptions) {
    this.#log = log;
    this.#options = options;
  }

  /**
   * Runs `judge` in the group's transaction and answers after COMMIT. What it throws of this library's errors refuses this caller alone,
   * so it throws before it writes; any other error ends the group.
   */
  write<T>(bytes: number, judge: (log: SqliteLog) => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ bytes, judge, resolve: resolve as (answer: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything that was queued has its answer. */
  drained(): Promise<void> {
    if (this.#queue.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    if (this.#attempts > 0) setTimeout(this.#turn, busyPause(this.#attempts));
    else if (this.#answeringOne && performance.now() - this.#turnBegan < LONGEST_TURN)
      queueMicrotask(this.#flush);
    else setImmediate(this.#turn);
  }

  /** Whether the files are still there is asked once per turn: it costs an append 7% of its time. */
  readonly #turn = (): void => {
    this.#turnBegan = performance.now();
    this.#lookAtFiles = true;
    this.#flush();
  };

  readonly #flush = (): void => {
    this.#scheduled = false;
    const size = groupSize(this.#queue);
    const all = size === this.#queue.length;
    const written = this.#tryWrite(all ? this.#queue : this.#queue.slice(0, size));
    if (written) {
      this.#queue = all ? [] : this.#queue.slice(size);
      this.#attempts = 0;
      this.#lockedSince = undefined;
    }
    this.#answerOne(written && all && size === 1);
    if (this.#queue.length > 0) this.#schedule();
    else if (this.#whenDrained.length > 0) for (const resolve of this.#whenDrained.splice(0)) resolve();
  };

  /** A tick that is set from a microtask comes when no microtask is left, and before any other event. */
  #answerOne(alone: boolean): void {
    if (alone && !this.#answeringOne) queueMicrotask(() => process.nextTick(this.#answered));
    this.#answeringOne = alone;
  }

  readonly #answered = (): void => {
    this.#answeringOne = false;
  };

  /** `false`: somebody else holds the lock, and the group stays queued. */
  #tryWrite(group: readonly PendingWrite[]): boolean {
    try {
      const added = writeGroup(this.#log, group, this.#lookAtFiles);
      this.#lookAtFiles = !added;
      if (added) this.#options.onCommit();
      return true;
    } catch (error) {
      if (!isBusy(error)) throw error;
      this.#attempts += 1;
      this.#giveUpOverdue(error);
      return false;
    }
  }

  #giveUpOverdue(error: unknown): void {
    const now = performance.now();
    this.#lockedSince ??= now;
    if (now - this.#lockedSince > LONG_LOCK) {
      this.#lockedSince = Infinity;
      this.#options.logger.warn(
        `The log ${this.#log.location} has been locked by another process for more than a second.`,
      );
    }
    for (const write of this.#queue) write.deadline ??= now + this.#options.busyTimeout;
    const overdue = this.#queue.filter(({ deadline }) => deadline! <= now);
    if (overdue.length === 0) return;
    this.#queue = this.#queue.filter(({ deadline }) => deadline! > now);
    if (this.#queue.length === 0) this.#attempts = 0;
    for (const { reject } of overdue) reject(writeFailed(error, this.#log.location, 'not-written'));
  }
}

function groupSize(queue: readonly PendingWrite[]): number {
  let bytes = 0;
  for (let size = 0; size < queue.length && size < MAX_WRITES; size++) {
    bytes += queue[size]!.bytes;
    if (bytes > MAX_BYTES) return Math.max(1, size);
  }
  return Math.min(queue.length, MAX_WRITES);
}
