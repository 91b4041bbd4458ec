import { CommitWaiters, Neighbours } from '../../adapter/commit-waiters.js';
import type { Position } from '../../log/positions.js';
import type { Timers } from '../../processor/timers.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { translateError } from '../errors.js';
import { head } from './head.js';

/**
 * How often to ask for other processes' commits, in milliseconds: soon after something has come, then more slowly, so that with the time of
 * the question itself it stays within the 50 that the port allows; and when the server tells by itself, only for safety.
 */
const FIRST_LOOK = 4;
const LAST_LOOK = 25;
const LOOK_WHEN_TOLD = 1_000;

/** Wakes by itself when somebody has committed, as far as it can tell. */
export interface WakeUp {
  /** Whether it is at work. While it is not, the log is asked often. */
  readonly telling: boolean;
  /** Called for whoever begins to wait; once is enough until `stop`. */
  start(wake: () => void): void;
  stop(): void;
}

const WAITING = new Neighbours<CommitWatch>();

/** To be called after an append; stores of other processes look for themselves. */
export function announceCommit(log: MongoLog): void {
  for (const watch of WAITING.of(keyOf(log))) watch.wake();
}

/**
 * Wakes who waits for a commit. However many wait, one question is under way at a time, and none when nobody waits: a projector that is
 * only waiting keeps the process alive. Abort the signal or close the store.
 */
export class CommitWatch {
  readonly #log: MongoLog;
  readonly #timers: Timers;
  readonly #wakeUp: WakeUp;
  readonly #waiters = new CommitWaiters(
    () => this.#start(),
    () => this.#stop(),
  );
  #cancel: (() => void) | undefined;
  #looking = false;
  /** Something has come while the head was being asked for, which may have been answered before. */
  #again = false;
  #interval = FIRST_LOOK;

  constructor(log: MongoLog, timers: Timers, wakeUp: WakeUp) {
    this.#log = log;
    this.#timers = timers;
    this.#wakeUp = wakeUp;
  }

  wait(after: Position, signal: AbortSignal): Promise<void> {
    return this.#waiters.wait(after, signal, this.wake);
  }

  /** Asks at once. */
  readonly wake = (): void => {
    this.#interval = FIRST_LOOK;
    if (this.#looking) this.#again = true;
    else void this.#look();
  };

  close(): void {
    this.#waiters.settleAll();
    this.#wakeUp.stop();
  }

  async #look(): Promise<void> {
    this.#cancel?.();
    this.#looking = true;
    try {
      this.#waiters.answer(await head({ commits: this.#log.tail }));
    } catch (error) {
      this.#waiters.settleAll(translateError(error, this.#log.location));
    }
    this.#looking = false;
    if (this.#waiters.size === 0) return;
    if (this.#again) {
      this.#again = false;
      void this.#look();
      return;
    }
    this.#cancel = this.#timers.after(
      this.#wakeUp.telling ? LOOK_WHEN_TOLD : this.#interval,
      () => void this.#look(),
    );
    this.#interval = Math.min(this.#interval * 1.5, LAST_LOOK);
  }

  #start(): void {
    WAITING.add(keyOf(this.#log), this);
    this.#wakeUp.start(this.wake);
  }

  #stop(): void {
    WAITING.delete(keyOf(this.#log), this);
    this.#cancel?.();
  }
}

function keyOf({ location, logId }: MongoLog): string {
  return `${location} ${logId}`;
}
