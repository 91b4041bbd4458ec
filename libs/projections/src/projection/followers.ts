import {
  HandlerHangsError,
  isEventStoreError,
  isPromise,
  type Processor,
  type ProcessorEvent,
  type StopOptions,
} from '@varve/eventstore';
import { commitFeedOf, isFed, type BusFeed } from './feed/bus-feed.js';
import { followedVersion } from './followed-version.js';
import { projectionProcessor, reactorProcessor } from './make-processor.js';
import type { Processing } from './processing-options.js';
import type { Projection, Reactor } from './projection.js';
import type { ProjectorEvent } from './projector-options.js';
import type { ProjectionVersion } from './read-models.js';
import { switchWhenReady } from './switch-when-ready.js';
import { sameVersion } from './version-id.js';

export interface FollowersParts<Tx> {
  readonly processing: Processing<Tx>;
  readonly projections: readonly Projection<Tx>[];
  readonly reactors: readonly Reactor[];
  readonly feed: BusFeed | undefined;
  readonly group: string;
  readonly replaced: 'keep' | 'drop';
  /** Aborted when a setup that has not ended is not waited for any more. */
  readonly setupsEnd: () => AbortSignal;
  readonly announce: (event: ProjectorEvent) => void;
  /** Called when another look at the versions is worth while. */
  readonly lookAgain: () => void;
}

/** The processors of this instance: one for each projection version that it follows, and one for each reactor. */
export class Followers<Tx> {
  readonly #parts: FollowersParts<Tx>;
  readonly #processors = new Map<string, Processor<Tx>>();
  readonly #reactors: readonly Processor<Tx>[];
  /** Not followed any more, and not at rest yet. */
  readonly #leaving = new Set<Processor<Tx>>();
  readonly #building = new Set<string>();
  readonly #announced = new Map<string, string>();

  constructor(parts: FollowersParts<Tx>) {
    this.#parts = parts;
    this.#reactors = parts.reactors.map((reactor) =>
      reactorProcessor(reactor, parts.processing, (event) => parts.announce(event)),
    );
    for (const reactor of this.#reactors) this.#processors.set(reactor.id, reactor);
  }

  get processors(): readonly Processor<Tx>[] {
    return [...this.#processors.values()];
  }

  find(id: string): Processor<Tx> | undefined {
    return this.#processors.get(id);
  }

  async beginReactors(): Promise<void> {
    await Promise.all(this.#reactors.map((reactor) => reactor.begin()));
  }

  /** Makes the first generation of each version that is newer than what is live. */
  async createVersions(): Promise<void> {
    const { readModels, log } = this.#parts.processing;
    for (const projection of this.#parts.projections) {
      const live = (await readModels.listVersions(projection.name)).find((version) => version.live);
      if (live && live.version >= projection.version) continue;
      await readModels.createVersion(this.#limited(projection), log.logId, 'first');
    }
  }

  /** A setup that never ends would keep its transaction, and everybody who waits for it. */
  #limited(projection: Projection<Tx>): Projection<Tx> {
    const setup = (tx: Tx): void | Promise<void> => {
      const pending = projection.setup(tx);
      return isPromise(pending) ? unless(this.#parts.setupsEnd(), pending) : pending;
    };
    return Object.create(projection, { setup: { value: setup } }) as Projection<Tx>;
  }

  /** Switches what is ready, drops processors of versions that are not followed any more, and makes those of new ones. */
  async reconcile(): Promise<{ readonly added: readonly Processor<Tx>[] }> {
    const added: Processor<Tx>[] = [];
    const versions = await this.#parts.processing.readModels.listVersions();
    for (const projection of this.#parts.projections) {
      const own = versions.filter(({ name }) => name === projection.name);
      const followed = followedVersion(projection.version, own);
      await this.#leave(projection.name, followed?.processor);
      if (!followed) {
        this.#announceNotFollowed(projection, own);
        continue;
      }
      if (followed.live) await this.#goLive(projection, followed);
      if (!this.#processors.has(followed.processor)) added.push(this.#add(projection, followed));
      if (!followed.live) await this.#switch(followed, own);
    }
    return { added };
  }

  /** @throws HandlerHangsError names all that hang */
  async stop(options?: StopOptions): Promise<void> {
    const all = [...this.#processors.values(), ...this.#leaving];
    const stopped = await Promise.allSettled(all.map((processor) => processor.stop(options)));
    const errors = stopped.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
    if (errors.length > 1 && errors.every(isHanging))
      throw new HandlerHangsError(errors.flatMap(({ handlers }) => handlers));
    if (errors.length > 0) throw errors[0];
  }

  async #leave(name: string, followed: string | undefined): Promise<void> {
    for (const [id, processor] of this.#processors) {
      if (id === followed || !id.startsWith(`${name}@`)) continue;
      await this.#stop(processor);
    }
  }

  async #stop(processor: Processor<Tx>): Promise<void> {
    this.#processors.delete(processor.id);
    this.#leaving.add(processor);
    try {
      await processor.stop();
    } finally {
      this.#leaving.delete(processor);
    }
  }

  /** Only what readers see is subscribed to the bus, so a version that has become live gets another processor. */
  async #goLive(projection: Projection<Tx>, { processor: id }: ProjectionVersion): Promise<void> {
    if (!this.#building.delete(id) || !isFed(this.#parts.feed, projection)) return;
    const processor = this.#processors.get(id);
    if (processor) await this.#stop(processor);
  }

  #add(projection: Projection<Tx>, version: ProjectionVersion): Processor<Tx> {
    const { processing, announce, lookAgain } = this.#parts;
    const onEvent = (event: ProcessorEvent): void => {
      announce(event);
      // A version that is built may be ready; a lost lease may mean that another one has taken its place.
      const mayBeReady = event.kind === 'caught-up' && this.#building.has(event.processor);
      if (mayBeReady || event.kind === 'lease-lost') lookAgain();
    };
    const processor = projectionProcessor(projection, version, processing, {
      onEvent,
      ...this.#feedingOf(projection, version),
    });
    this.#processors.set(processor.id, processor);
    if (!version.live) this.#building.add(processor.id);
    return processor;
  }

  #feedingOf(projection: Projection<Tx>, { live }: ProjectionVersion) {
    const { feed, processing, group } = this.#parts;
    if (!feed || !isFed(feed, projection)) return {};
    if (!live) return { mayBeFed: true };
    const { walkBehind } = feed;
    return {
      feed: commitFeedOf(feed, projection, { ...processing, group }),
      ...(walkBehind !== undefined && { walkBehind }),
    };
  }

  async #switch(candidate: ProjectionVersion, own: readonly ProjectionVersion[]): Promise<void> {
    const { processing, replaced } = this.#parts;
    const live = own.find((version) => version.live);
    const result = await switchWhenReady(processing, { candidate, live });
    if (result === 'not-yet') return;
    if (result.ok) {
      const { from, to } = result;
      // Another instance was faster, and has announced it.
      if (from && sameVersion(from, to)) return;
      this.#parts.announce({ kind: 'switched', from, to });
      if (from && replaced === 'drop') await processing.readModels.dropVersion(from);
    } else if (result.reason === 'parked') {
      const { name, version, generation } = candidate;
      this.#announceOnce(candidate.processor, result.streams.join('\n'), {
        kind: 'switch-held',
        version: { name, version, generation },
        streams: result.streams,
      });
    }
  }

  #announceNotFollowed({ name, version }: Projection<Tx>, own: readonly ProjectionVersion[]): void {
    const live = own.find((each) => each.live);
    if (!live) return;
    const id = { name, version: live.version, generation: live.generation };
    this.#announceOnce(name, live.processor, { kind: 'not-followed', name, version, live: id });
  }

  #announceOnce(about: string, what: string, event: ProjectorEvent): void {
    if (this.#announced.get(about) === what) return;
    this.#announced.set(about, what);
    this.#parts.announce(event);
  }
}

function isHanging(error: unknown): error is HandlerHangsError {
  return isEventStoreError(error, 'handler-hangs');
}

async function unless<T>(signal: AbortSignal, pending: PromiseLike<T>): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
  return Promise.race([pending, ended]);
}
