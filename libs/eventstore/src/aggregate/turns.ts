import type { EventStore } from '../log/event-store.js';
import type { StreamName } from '../log/stream-name.js';
import type { Backoff } from './backoff.js';

interface Turn {
  readonly began: Promise<unknown>;
  readonly done: Promise<unknown>;
}

/**
 * Those of this process who decide again, stream by stream, one after the other. Of a thousand who do it at the same time one gets through,
 * and all others have decided in vain, until none of their retries is left.
 *
 * Nobody is waited for longer than the backoff's `maxDelay`: one that takes its time, or waits for another in the same queue, does not stop
 * the stream. A turn promises nothing; the version that is expected decides, as ever.
 */
export class Turns {
  readonly #last = new Map<StreamName, Turn>();

  async take<T>(stream: StreamName, backoff: Backoff, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(stream);
    const [began, done] = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
    const turn = { began: began.promise, done: done.promise };
    this.#last.set(stream, turn);
    try {
      if (before) await comesAfter(before, backoff);
      began.resolve(undefined);
      return await work();
    } finally {
      began.resolve(undefined);
      done.resolve(undefined);
      if (this.#last.get(stream) === turn) this.#last.delete(stream);
    }
  }
}

const TURNS = new WeakMap<EventStore, Turns>();

export function turnsAt(store: EventStore): Turns {
  const known = TURNS.get(store);
  if (known) return known;
  const turns = new Turns();
  TURNS.set(store, turns);
  return turns;
}

/** Rejects when the signal is aborted. */
async function comesAfter({ began, done }: Turn, { maxDelay, wait, signal }: Backoff): Promise<void> {
  signal?.throwIfAborted();
  const over = new AbortController();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  const long = began.then(() => (over.signal.aborted ? undefined : wait(maxDelay, over.signal)));
  // It is rejected when it is no longer needed.
  long.catch(() => undefined);
  try {
    await Promise.race([done, long, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', abort);
    over.abort();
  }
}
