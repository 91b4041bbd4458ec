import { AsyncLocalStorage } from 'node:async_hooks';

/** Lets one asynchronous piece of work in at a time, in the order of arrival. */
export class Mutex {
  private last: Promise<unknown> = Promise.resolve();
  /** Which work a call comes from. Work that was left behind by one that is over may wait like anybody else. */
  private readonly caller = new AsyncLocalStorage<{ inside: boolean }>();

  /** `reentered`: what is thrown when the work that is inside asks to be let in, which would wait for itself for ever. */
  constructor(private readonly reentered: () => Error) {}

  run<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.caller.getStore()?.inside) return Promise.reject(this.reentered());
    const result = this.last.then(() => this.enter(work));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async enter<T>(work: () => T | Promise<T>): Promise<T> {
    const caller = { inside: true };
    try {
      return await this.caller.run(caller, work);
    } finally {
      caller.inside = false;
    }
  }
}
