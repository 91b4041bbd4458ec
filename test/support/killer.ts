import type { CheckpointStore, ProcessorId } from '@varve/eventstore';

class Killed extends Error {}

/**
 * Kills a process at its k-th call of any port: that call and every later one never come back with anything but an error, and what a
 * transaction had written is gone. A transaction dies in three ways: before it begins, before it is kept, and when it was kept but nobody
 * was told.
 */
export class Killer {
  #calls = 0;
  readonly #at: number;

  constructor(at = Infinity) {
    this.#at = at;
  }

  get dead(): boolean {
    return this.#calls > this.#at;
  }

  get calls(): number {
    return this.#calls;
  }

  step(): void {
    this.#calls += 1;
    if (this.dead) throw new Killed(`killed at call ${this.#at}`);
  }

  /** A port whose every call may be the last. */
  stalk<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        if (key === 'transaction') return this.#transaction(target as unknown as CheckpointStore<unknown>);
        return (...args: unknown[]): unknown => {
          this.step();
          return (value as (...call: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  }

  #transaction(store: CheckpointStore<unknown>) {
    return async (processor: ProcessorId, work: (tx: unknown) => unknown): Promise<unknown> => {
      this.step();
      const result = await store.transaction(processor, async (tx) => {
        const written = await work(tx);
        this.step();
        return written;
      });
      this.step();
      return result;
    };
  }
}
