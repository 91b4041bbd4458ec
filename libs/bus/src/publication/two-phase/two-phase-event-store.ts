import {
  newCommitId,
  StoreClosedError,
  STREAM_CLOSED,
  type AppendOptions,
  type AppendResult,
  type EventStore,
  type ExpectedVersion,
  type NewEvent,
  type StreamName,
} from '@varve/eventstore';
import { pendingAppend, pendingClosing, type PendingAppend } from './pending-append.js';
import { StreamQueues } from './stream-queues.js';
import type { TwoPhasePublisher } from './two-phase-publisher.js';

/** How often an append that expects no particular version is prepared again, because somebody else was faster. */
const MOST_ATTEMPTS = 20;

/**
 * The store, whose appends to two-phase categories are published in two phases. Everything else of it is as it was, also what the
 * `EventStore` port does not know: snapshots, backup, verification. `close` waits for what is in flight.
 *
 * It answers what the store would, but for two things: every commit has an id, and 'any' may be answered with a conflict, when others were
 * faster twenty times.
 */
export function twoPhaseEventStore<Store extends EventStore>(
  store: Store,
  publisher: TwoPhasePublisher,
): Store {
  const appends = new TwoPhaseAppends(store, publisher);
  const replaced: Partial<EventStore> = {
    append: (...request) => appends.append(...request),
    closeStream: (...request) => appends.closeStream(...request),
    close: () => appends.close(),
  };
  return withMethods(store, replaced);
}

class TwoPhaseAppends {
  readonly #queues = new StreamQueues();
  readonly #running = new Set<Promise<AppendResult>>();
  #closing: Promise<void> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly publisher: TwoPhasePublisher,
  ) {}

  async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    if (!this.#isTwoPhase(stream, options)) return this.store.append(stream, expected, events, options);
    return this.#run(pendingAppend(this.store, { stream, expected, events }, this.#complete(options)));
  }

  async closeStream(
    stream: StreamName,
    expected: ExpectedVersion,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    if (!this.#isTwoPhase(stream, options)) return this.store.closeStream(stream, expected, options);
    return this.#run(pendingClosing(this.store, { stream, expected }, this.#complete(options)));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.publisher.flush();
    await this.store.close();
  }

  /** Arguments that the store refuses are the store's to refuse. */
  #isTwoPhase(stream: StreamName, { at, commitId: _, ...unknown }: AppendOptions): boolean {
    if (typeof stream !== 'string' || !this.publisher.handles(stream)) return false;
    if (Object.keys(unknown).length > 0) return false;
    return at === undefined || (at instanceof Date && !Number.isNaN(at.getTime()));
  }

  #complete({ commitId, at }: AppendOptions) {
    return {
      commitId: commitId ?? newCommitId(),
      isOwnId: commitId !== undefined,
      at: new Date(at ?? this.publisher.now()),
    };
  }

  #run(append: PendingAppend): Promise<AppendResult> {
    if (this.#closing) throw new StoreClosedError();
    const running = this.#resolved(append);
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  #resolved(append: PendingAppend): Promise<AppendResult> {
    const { expected, stream } = append;
    if (typeof expected === 'number') return this.publisher.appendAt(append, expected);
    if (expected === 'no-stream') return this.#asExpected(append, this.publisher.appendAt(append, 0));
    // One after the other within the process: they would only overtake one another.
    return this.#queues.run(stream, () => this.#appendAtEnd(append));
  }

  /** For those who expect no number: what is prepared must say which versions it is going to have. */
  async #appendAtEnd(append: PendingAppend): Promise<AppendResult> {
    for (let attempt = 1; ; attempt += 1) {
      const newest = await this.#newest(append.stream);
      const version = newest?.version ?? 0;
      const isHopeless =
        newest?.type === STREAM_CLOSED || (append.expected === 'stream-exists' && version === 0);
      // Nothing is going to be written, and why is the store's to say.
      if (isHopeless) return append.write(append.expected);
      const result = await this.publisher.appendAt(append, version);
      if (result.ok || attempt >= MOST_ATTEMPTS) return this.#asExpected(append, Promise.resolve(result));
    }
  }

  async #newest(stream: StreamName) {
    for await (const event of this.store.readStream(stream, { direction: 'backward', limit: 1 }))
      return event;
    return undefined;
  }

  async #asExpected({ expected }: PendingAppend, appending: Promise<AppendResult>): Promise<AppendResult> {
    const result = await appending;
    return result.ok ? result : { ok: false, conflict: { ...result.conflict, expected } };
  }
}

/** A proxy only for reaching everything else of the store, whose methods need their own `this`. */
function withMethods<Store extends EventStore>(store: Store, replaced: Partial<EventStore>): Store {
  const bound = new Map<PropertyKey, unknown>(Object.entries(replaced));
  return new Proxy(store, {
    get(target, key) {
      if (bound.has(key)) return bound.get(key);
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || key === 'constructor') return value;
      const method: unknown = value.bind(target);
      bound.set(key, method);
      return method;
    },
  });
}
