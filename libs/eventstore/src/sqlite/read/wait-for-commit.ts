import { CommitWaiters, Neighbours } from '../../adapter/commit-waiters.js';
import type { Position } from '../../log/positions.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { isBusy, translateError } from '../errors.js';
import { head } from './head.js';

/** How often to ask for other processes' commits, in milliseconds: two looks fit into the 50 that the port allows. One look takes some microseconds. */
const LOOK_EVERY = 20;

const WAITING = new Neighbours<CommitWatch>();

/** To be called after an append; stores of other processes, and those that know the file by another path, look for themselves. */
export function announceCommit(log: SqliteLog): void {
  for (const watch of WAITING.of(log.location)) watch.look();
}

/**
 * Wakes who waits for a commit: at once when a store of this process has appended, else at the next look. The timer runs, and keeps the
 * process alive, only while somebody waits: a projector that is only waiting must not end by itself. Abort the signal or close the store.
 */
export class CommitWatch {
  readonly #log: SqliteLog;
  readonly #waiters = new CommitWaiters(
    () => this.#start(),
    () => this.#stop(),
  );
  #timer: NodeJS.Timeout | undefined;

  constructor(log: SqliteLog) {
    this.#log = log;
  }

  wait(after: Position, signal: AbortSignal): Promise<void> {
    return this.#waiters.wait(after, signal, this.look);
  }

  /** Looks at the head and wakes those whose commit has come; all of them when the log cannot be read. */
  readonly look = (): void => {
    try {
      this.#waiters.answer(head(this.#log));
    } catch (error) {
      if (!isBusy(error)) this.#waiters.settleAll(translateError(error, this.#log.location));
    }
  };

  close(): void {
    this.#waiters.settleAll();
  }

  #start(): void {
    this.#timer = setInterval(this.look, LOOK_EVERY);
    WAITING.add(this.#log.location, this);
  }

  #stop(): void {
    WAITING.delete(this.#log.location, this);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
