import type { StreamName } from '@varve/eventstore';

/** Lets one piece of work in at a time for each stream; different streams do not wait for one another. */
export class StreamQueues {
  readonly #last = new Map<StreamName, Promise<unknown>>();

  run<T>(stream: StreamName, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(stream);
    const result = before ? before.then(work) : work();
    const settled = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#last.get(stream) === settled) this.#last.delete(stream);
      });
    this.#last.set(stream, settled);
    return result;
  }
}
