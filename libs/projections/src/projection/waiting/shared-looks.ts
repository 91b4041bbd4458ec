import type { Timers } from '@varve/eventstore';

interface Waiter<Seen> {
  readonly due: number;
  readonly see: (seen: Promise<Seen>) => void;
}

/** What is due within so many milliseconds is served by the same look. */
const SLACK = 2;

/**
 * One look serves all for whom it is time: a thousand requests that wait for one projection would otherwise ask its database forty thousand
 * times a second, and leave no time to those who bring it forward.
 */
export class SharedLooks<Seen> {
  readonly #waiters = new Set<Waiter<Seen>>();
  #next = Infinity;
  #cancel: () => void = () => undefined;

  constructor(
    private readonly look: () => Promise<Seen>,
    private readonly clock: () => number,
    private readonly timers: Timers,
  ) {}

  /** What is seen so many milliseconds from now. @throws what the look throws, or the signal's reason */
  async after(milliseconds: number, signal?: AbortSignal): Promise<Seen> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Seen>();
    const leave = (): void => {
      this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stop();
      reject(signal?.reason as Error);
    };
    const see = (seen: Promise<Seen>): void => {
      signal?.removeEventListener('abort', leave);
      resolve(seen);
    };
    const waiter = { due: this.clock() + milliseconds, see };
    this.#waiters.add(waiter);
    signal?.addEventListener('abort', leave, { once: true });
    if (waiter.due < this.#next) this.#lookAt(waiter.due);
    return promise;
  }

  #lookAt(due: number): void {
    this.#stop();
    this.#next = due;
    this.#cancel = this.timers.after(Math.max(0, due - this.clock()), () => this.#serve());
  }

  #stop(): void {
    this.#cancel();
    this.#next = Infinity;
  }

  #serve(): void {
    this.#next = Infinity;
    const by = this.clock() + SLACK;
    let next = Infinity;
    let seen: Promise<Seen> | undefined;
    for (const waiter of this.#waiters) {
      if (waiter.due > by) {
        next = Math.min(next, waiter.due);
        continue;
      }
      this.#waiters.delete(waiter);
      waiter.see((seen ??= this.look()));
    }
    if (next < Infinity) this.#lookAt(next);
  }
}
