import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Processor } from '@varve/eventstore';
import type { InMemoryEventStore, InMemoryProcessorStore } from '@varve/eventstore/testing';
import { type MemoryTransaction } from '@varve/eventstore/testing';
import { Fixture, foldOf, listing, type Rows } from './support/fixture.js';
import { Killer } from '../../../../test/support/killer.js';

const RUNS = Number(process.env['VARVE_PROPERTY_RUNS'] ?? 150);
const ID = 'orders@1';
const STREAMS = ['order-1', 'order-2', 'order-3'];

const stream = fc.constantFrom(...STREAMS);
const instance = fc.nat({ max: 1 });
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      stream,
      events: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const), instance }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('both' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('kill' as const), instance, at: fc.nat({ max: 12 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(500, 1_500, 3_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('poison' as const, 'mend' as const), stream }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('retry' as const, 'discard' as const), stream }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'stop' as const),
      instance,
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Instance {
  readonly processor: Processor<MemoryTransaction>;
  readonly killer: Killer;
}

/** Two instances of one processor, on one log, and whatever may happen to them. */
class World extends Fixture {
  readonly poisoned = new Set<string>();
  readonly #instances: Instance[] = [];
  #started = 0;

  constructor(readonly scheduler: fc.Scheduler) {
    super();
    this.#instances = [this.#start(), this.#start()];
  }

  async perform(next: Action): Promise<void> {
    switch (next.do) {
      case 'append':
        return this.append(next.stream, ...Array.from({ length: next.events }, () => 'changed'));
      case 'step':
        return this.#step(next.instance);
      case 'both':
        await Promise.all([this.#step(0), this.#step(1)]);
        return;
      case 'kill':
        return this.#kill(next.instance, next.at);
      case 'wait': {
        this.time.sleep(next.milliseconds);
        return;
      }
      case 'poison':
        this.poisoned.add(next.stream);
        return;
      case 'mend':
        this.poisoned.delete(next.stream);
        return;
      case 'retry':
      case 'discard':
        await this.store.request(ID, next.stream, next.do);
        return;
      case 'pause':
      case 'resume':
      case 'stop':
        return this.#instances[next.instance]!.processor[next.do]();
    }
  }

  /** Mends everything and lets one new instance finish. */
  async finish(): Promise<void> {
    this.poisoned.clear();
    await this.store.ensureRow(ID, this.log.logId);
    await this.store.setState(ID, 'active');
    const { processor } = this.#start(new Killer());
    for (;;) {
      for (const parked of await this.store.listParked(ID))
        await this.store.request(ID, parked.stream, 'retry');
      const result = await processor.runOnce();
      if (result.kind === 'caught-up') return;
      if (result.kind === 'standby') this.time.sleep(result.retryIn);
    }
  }

  async skipped(): Promise<string[]> {
    const skipped = await this.store.listSkipped(ID);
    return skipped.flatMap(({ stream: name, firstVersion, lastVersion }) =>
      Array.from({ length: lastVersion - firstVersion + 1 }, (_, index) => `${name}@${firstVersion + index}`),
    );
  }

  #start(killer = new Killer()): Instance {
    const processor = this.processor({
      owner: `instance ${(this.#started += 1)}`,
      log: this.#scheduled(killer.stalk<InMemoryEventStore>(this.log)),
      store: this.#scheduled(killer.stalk<InMemoryProcessorStore>(this.store)),
      handler: listing((commit) => this.poisoned.has(commit.stream)),
      failurePolicy: { retries: 0, then: 'park' },
      batch: { initial: 2, max: 4 },
    });
    return { processor, killer };
  }

  async #step(index: number): Promise<void> {
    await this.#instances[index]!.processor.runOnce();
  }

  async #kill(index: number, at: number): Promise<void> {
    const killer = new Killer(at);
    const owner = this.#start(killer);
    for (let steps = 0; steps < 4 && !killer.dead; steps += 1) await owner.processor.runOnce();
    this.#instances[index] = this.#start();
  }

  /** The order in which calls that are under way at the same time come to the port is drawn by the property. */
  #scheduled<T extends object>(port: T): T {
    return new Proxy(port, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const call = (...args: unknown[]): unknown =>
          (value as (...all: unknown[]) => unknown).apply(target, args);
        if (!TURN_TAKING.has(key)) return call;
        return async (...args: unknown[]) => {
          await this.scheduler.schedule(Promise.resolve(), String(key));
          return call(...args);
        };
      },
    });
  }
}

const TURN_TAKING = new Set<string | symbol>([
  'transaction',
  'renew',
  'acquire',
  'readLease',
  'load',
  'commitAt',
  'release',
]);

describe('whatever happens to two instances of a processor', () => {
  it('each stream’s events are applied once and in order, but for those that were discarded on record', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(action, { maxLength: 40 }), async (scheduler, actions) => {
        const world = new World(scheduler);
        const play = async (): Promise<void> => {
          for (const next of actions) {
            await world.perform(next);
            const [skipped, fold] = [await world.skipped(), await foldOf(world.log)];
            expectPrefixes(world.rows(), without(fold, skipped));
          }
          await world.finish();
        };
        await scheduler.waitFor(play());
        expect(world.rows()).toEqual(without(await foldOf(world.log), await world.skipped()));
      }),
      { numRuns: RUNS },
    );
  });
});

function without(fold: Rows, skipped: readonly string[]): Rows {
  const left = Object.entries(fold).map(([name, versions]) => {
    return [name, versions.filter((version) => !skipped.includes(`${name}@${version}`))] as const;
  });
  return Object.fromEntries(left.filter(([, versions]) => versions.length > 0));
}

function expectPrefixes(rows: Rows, whole: Rows): void {
  for (const [name, versions] of Object.entries(rows))
    expect(whole[name]?.slice(0, versions.length)).toEqual(versions);
}
