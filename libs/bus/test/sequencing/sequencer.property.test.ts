import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryMessageBus, type MemoryBrokerOptions } from '@varve/bus/memory';
import { InBatches } from '@varve/bus/testing';
import type { Sequencer } from '@varve/bus';
import type { Commit, Processor } from '@varve/eventstore';
import type { MemoryTransaction } from '@varve/eventstore/testing';
import { Killer } from '../../../../test/support/killer.js';
import { Fixture, foldOf, ID } from './fixture.js';

const RUNS = Number(process.env['VARVE_PROPERTY_RUNS'] ?? 100);

const stream = fc.constantFrom('order-1', 'order-2', 'order-3', 'customer-1');
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      stream,
      events: fc.integer({ min: 1, max: 3 }),
      /** What becomes of its message: it never comes, comes later than others, as a pointer, or twice. */
      message: fc.constantFrom('lost', 'sent', 'sent', 'late', 'pointer', 'twice'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('step' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), time: fc.constantFrom(1, 20, 60, 700, 2_500) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), at: fc.nat({ max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'unfed' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('poison' as const, 'mend' as const, 'retry' as const),
      stream,
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const chaos = fc.record({
  seed: fc.nat(),
  duplicate: fc.constantFrom(0, 0.3),
  reorder: fc.constantFrom(0, 0.5),
  delay: fc.constantFrom(0, 0.4),
  redeliver: fc.constantFrom(0, 0.2),
  splitGroup: fc.constantFrom(0, 0.2),
});

interface Instance {
  readonly processor: Processor<MemoryTransaction>;
  readonly sequencer: Sequencer | undefined;
  readonly bus: MemoryMessageBus;
  readonly killer: Killer;
}

/** A log, a broker that misbehaves, and one instance after another. */
class World extends Fixture {
  readonly #late: Commit[] = [];
  readonly #poisoned = new Set<string>();
  #instance: Instance;

  constructor(
    broker: MemoryBrokerOptions,
    private readonly isInBatches: boolean,
  ) {
    super(broker);
    this.#instance = this.#begin();
  }

  async perform(next: Action): Promise<void> {
    switch (next.do) {
      case 'append':
        return this.#append(next.stream, next.events, next.message);
      case 'step':
        return this.#step();
      case 'pass':
        this.time.advance(next.time);
        return this.#step();
      case 'kill':
        this.#instance.bus.crash();
        this.#instance = this.#begin(new Killer(next.at));
        this.time.sleep(5_000);
        return;
      case 'stop':
      case 'unfed':
        await this.#instance.processor.stop();
        this.#instance = this.#begin(new Killer(), next.do === 'stop');
        return;
      case 'poison':
        this.#poisoned.add(next.stream);
        return;
      case 'mend':
        this.#poisoned.delete(next.stream);
        return;
      case 'retry':
        await this.store.request(ID, next.stream, 'retry');
    }
  }

  /** Mends everything, and lets a new instance finish. */
  async finish(): Promise<void> {
    this.#poisoned.clear();
    this.#instance.bus.crash();
    this.#instance = this.#begin();
    await this.publish(...this.#late.splice(0).toReversed());
    for (let turns = 0; turns < 400; turns += 1) {
      this.time.advance(turns % 10 === 0 ? 1_000 : 10);
      for (const { stream: parked } of await this.store.listParked(ID))
        await this.store.request(ID, parked, 'retry');
      await this.#step();
      if (await this.#isDone()) return;
    }
    throw new Error(`It never came to rest: ${JSON.stringify(this.#instance.sequencer?.status())}`);
  }

  async #isDone(): Promise<boolean> {
    if ((await this.position()) < (await this.log.head())) return false;
    if ((await this.store.listParked(ID)).length > 0) return false;
    return this.#instance.sequencer?.status().held === 0;
  }

  async #append(name: string, events: number, message: string): Promise<void> {
    const commit = await this.append(name, events);
    if (message === 'late') this.#late.push(commit);
    if (message === 'sent' || message === 'twice') await this.publish(commit);
    if (message === 'twice') await this.publish(commit, ...this.#late.splice(0, 2).toReversed());
    if (message === 'pointer') await this.bus.publish([this.message(commit, { pointer: true })]);
  }

  async #step(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) {
      this.time.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
      const result = await this.#instance.processor.runOnce();
      expect(result.kind === 'stopped' ? result.reason : '').toBe('');
      if (result.kind === 'standby') this.time.sleep(result.retryIn);
      if (this.#instance.killer.dead) {
        this.#instance.bus.crash();
        this.#instance = this.#begin();
      }
    }
  }

  #begin(killer = new Killer(), isFed = true): Instance {
    const bus = new MemoryMessageBus({ broker: this.broker, random: () => 0.5 });
    const log = killer.stalk(this.log);
    const feeding = this.isInBatches ? new InBatches(bus) : bus;
    const sequencer = isFed
      ? this.sequencer({ bus: feeding, log, maxHeld: 8, maxHeldBytes: 400 })
      : undefined;
    const processor = this.processor(sequencer, {
      log,
      store: killer.stalk(this.store),
      leaseDuration: 1_000,
      failurePolicy: { retries: 0, then: 'park' },
      batch: { initial: 3, max: 5 },
      handler: this.listing(({ stream: name }) => this.#poisoned.has(name)),
    });
    return { processor, sequencer, bus, killer };
  }
}

describe('Whatever a bus does', () => {
  test('the read model comes out as the log says, each event once and in order, whoever is killed or set aside meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        chaos,
        fc.boolean(),
        fc.array(action, { minLength: 5, maxLength: 60 }),
        async (mishaps, isInBatches, actions) => {
          const world = new World({ chaos: mishaps }, isInBatches);
          for (const next of actions) await world.perform(next);
          await world.finish();
          expect(world.rows()).toEqual(await foldOf(world.log));
        },
      ),
      { numRuns: RUNS },
    );
  }, 120_000);
});
