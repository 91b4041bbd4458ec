import type { Position } from '../log/positions.js';

interface Waiter {
  readonly after: Position;
  readonly settle: (error?: Error) => void;
}

/** Those who wait for a commit after a position. */
export class CommitWaiters {
  readonly #waiters = new Set<Waiter>();
  readonly #begin: () => void;
  readonly #end: () => void;

  /** @param begin called when the first one begins to wait, and `end` when the last one has ended */
  constructor(begin: () => void, end: () => void) {
    this.#begin = begin;
    this.#end = end;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** @param look called once the waiter is there, so that what has come already is found */
  wait(after: Position, signal: AbortSignal, look: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const onAbort = (): void => waiter.settle();
      const settle = (error?: Error): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
        if (this.#waiters.size === 0) this.#end();
        if (error === undefined) resolve();
        else reject(error);
      };
      const waiter: Waiter = { after, settle };
      signal.addEventListener('abort', onAbort);
      this.#waiters.add(waiter);
      if (this.#waiters.size === 1) this.#begin();
      look();
    });
  }

  answer(head: Position): void {
    for (const { after, settle } of [...this.#waiters]) if (head > after) settle();
  }

  settleAll(error?: Error): void {
    for (const { settle } of [...this.#waiters]) settle(error);
  }
}

/** What is at work on one log in this process, by the log: stores on one log need not wait for the next look. */
export class Neighbours<Watch> {
  readonly #watches = new Map<string, Set<Watch>>();

  of(log: string): Iterable<Watch> {
    return this.#watches.get(log) ?? [];
  }

  add(log: string, watch: Watch): void {
    this.#watches.set(log, (this.#watches.get(log) ?? new Set()).add(watch));
  }

  delete(log: string, watch: Watch): void {
    const watches = this.#watches.get(log);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(log);
  }
}
