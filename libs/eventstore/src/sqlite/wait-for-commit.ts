import type { Position } from '../log/positions.js';
import { isBusy, translateError } from './errors.js';
import { head } from './head.js';
import type { SqliteLog } from './sqlite-log.js';

/** How often to ask for other processes' commits, in milliseconds: two looks fit into the 50 that the port allows. One look takes some microseconds. */
const LOOK_EVERY = 20;

interface Waiter {
  readonly after: Position;
  readonly settle: (error?: Error) => void;
}

/** Who waits in this process, by the log's location: two stores on one file need not wait for the next look. */
const WAITING = new Map<string, Set<CommitWatch>>();

/** To be called after an append; stores of other processes, and those that know the file by another path, look for themselves. */
export function announceCommit(log: SqliteLog): void {
  for (const watch of WAITING.get(log.location) ?? []) watch.look();
}

/**
 * Wakes who waits for a commit: at once when a store of this process has appended, else at the next look. The timer runs, and keeps the
 * process alive, only while somebody waits: a projector that is only waiting must not end by itself. Abort the signal or close the store.
 */
export class CommitWatch {
  readonly #log: SqliteLog;
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;

  constructor(log: SqliteLog) {
    this.#log = log;
  }

  wait(after: Position, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const onAbort = (): void => waiter.settle();
      const settle = (error?: Error): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        if (this.#waiters.size === 0) this.#stop();
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { after, settle };
      signal.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
      this.#start();
      this.look();
    });
  }

  /** Looks at the head and wakes those whose commit has come; all of them when the log cannot be read. */
  readonly look = (): void => {
    try {
      const position = head(this.#log);
      for (const { after, settle } of [...this.#waiters]) if (position > after) settle();
    } catch (error) {
      if (!isBusy(error)) this.#settleAll(translateError(error, this.#log.location));
    }
  };

  close(): void {
    this.#settleAll();
  }

  #settleAll(error?: Error): void {
    for (const { settle } of [...this.#waiters]) settle(error);
  }

  #start(): void {
    this.#timer ??= setInterval(this.look, LOOK_EVERY);
    const { location } = this.#log;
    WAITING.set(location, (WAITING.get(location) ?? new Set()).add(this));
  }

  #stop(): void {
    const { location } = this.#log;
    const watches = WAITING.get(location);
    watches?.delete(this);
    if (watches?.size === 0) WAITING.delete(location);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
