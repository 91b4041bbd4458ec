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

interface Waiter {
  readonly after: Position;
  readonly settle: (error?: Error) => void;
}

/** Wakes by itself when somebody has committed, as far as it can tell. */
export interface WakeUp {
  /** Whether it is at work. While it is not, the log is asked often. */
  readonly telling: boolean;
  /** Called for whoever begins to wait; once is enough until `stop`. */
  start(wake: () => void): void;
  stop(): void;
}

/** Who waits in this process, by the log's location and id: stores on one log need not wait for the next look. */
const WAITING = new Map<string, Set<CommitWatch>>();

/** To be called after an append; stores of other processes look for themselves. */
export function announceCommit(log: MongoLog): void {
  for (const watch of WAITING.get(keyOf(log)) ?? []) watch.wake();
}

/**
 * Wakes who waits for a commit. However many wait, one question is under way at a time, and none when nobody waits: a projector that is
 * only waiting keeps the process alive. Abort the signal or close the store.
 */
export class CommitWatch {
  readonly #log: MongoLog;
  readonly #timers: Timers;
  readonly #wakeUp: WakeUp;
  readonly #waiters = new Set<Waiter>();
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
      if (this.#waiters.size === 1) this.#start();
      this.wake();
    });
  }

  /** Asks at once. */
  readonly wake = (): void => {
    this.#interval = FIRST_LOOK;
    if (this.#looking) this.#again = true;
    else void this.#look();
  };

  close(): void {
    this.#settleAll();
    this.#wakeUp.stop();
  }

  async #look(): Promise<void> {
    this.#cancel?.();
    this.#looking = true;
    try {
      this.#answer(await head({ commits: this.#log.tail }));
    } catch (error) {
      this.#settleAll(translateError(error, this.#log.location));
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

  #answer(position: Position): void {
    for (const { after, settle } of [...this.#waiters]) if (position > after) settle();
  }

  #settleAll(error?: Error): void {
    for (const { settle } of [...this.#waiters]) settle(error);
  }

  #start(): void {
    const key = keyOf(this.#log);
    WAITING.set(key, (WAITING.get(key) ?? new Set()).add(this));
    this.#wakeUp.start(this.wake);
  }

  #stop(): void {
    const key = keyOf(this.#log);
    const watches = WAITING.get(key);
    watches?.delete(this);
    if (watches?.size === 0) WAITING.delete(key);
    this.#cancel?.();
  }
}

function keyOf({ location, logId }: MongoLog): string {
  return `${location} ${logId}`;
}
