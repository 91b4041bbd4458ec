import { StoreUnavailableError, type AppendResult, type EventStore } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';

/** What becomes of one append: `lost` is written and its answer never arrives, `cut` is not written and nobody can tell. */
type Fate = 'lost' | 'cut' | 'ok';

/** A store behind a bad connection, and with a gate in front of it. */
export class UnreliableStore extends InMemoryEventStore {
  /** The fates of the next appends; those after them are fine. */
  fates: Fate[] = [];
  readonly commitIds: (string | undefined)[] = [];
  /** Runs before an append is judged: a test's chance to be faster. */
  beforeAppend: () => unknown = () => undefined;
  appends = 0;

  protected override async commit(...args: Parameters<InMemoryEventStore['commit']>): Promise<AppendResult> {
    this.appends++;
    this.commitIds.push(args[0].commitId);
    await this.beforeAppend();
    const fate = this.fates.shift() ?? 'ok';
    if (fate === 'cut') throw new StoreUnavailableError('The connection was cut.', 'unknown');
    const result = await super.commit(...args);
    if (fate === 'lost') throw new StoreUnavailableError('The answer was lost.', 'unknown');
    return result;
  }
}

/** A promise with its switch. */
export function gate(): { readonly opened: Promise<unknown>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { opened: promise, open: () => resolve(undefined) };
}

/** The store as one process sees it, in which `work` happens elsewhere just before its first read of a stream. */
export function beforeFirstRead(store: EventStore, work: () => Promise<unknown>): EventStore {
  let done = false;
  return new Proxy(store, {
    get: (target, name) => {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== 'function') return value;
      if (name !== 'readStream' || done) return value.bind(target) as unknown;
      done = true;
      return async function* (stream: string) {
        await work();
        yield* target.readStream(stream);
      };
    },
  });
}
