import {
  isBusError,
  Relay,
  TwoPhasePublisher,
  twoPhaseEventStore,
  type CommitMessage,
  type PreparedMessage,
  type TwoPhaseBus,
} from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import { readCommitMessage } from '@varve/bus';
import { StoreUnavailableError, type Commit, type EventStore, type ExpectedVersion } from '@varve/eventstore';
import type { Random } from '../../../../../test/support/random.js';
import { Fates, Mortal } from './fates.js';
import { ManualTime } from '../../../../../test/support/manual-time.js';

const ORDERS = ['order-1', 'order-2', 'order-3'];

/**
 * Several instances of a service on one log and one broker, with everything that can go wrong between them, decided by `random`. At the end
 * the broker and one instance are well, and time passes: what is visible then must be what the log has.
 */
export class Story {
  readonly #random: Random;
  readonly #time = new ManualTime(Date.parse('2026-11-21T14:00:00Z'));
  readonly #fates: Fates;
  readonly #broker: MemoryBroker;
  readonly #store = new InMemoryPublicationStore();
  readonly #log: EventStore;
  readonly seen: CommitMessage[] = [];
  /** What happened, for whoever looks into a failure, and to see that a story tells something. */
  readonly happened = new Map<string, number>();
  #instances: Living[] = [];
  #commands = 0;

  constructor(random: Random, log: EventStore) {
    this.#random = random;
    this.#log = log;
    this.#fates = new Fates(random);
    this.#broker = new MemoryBroker({
      timers: this.#time,
      now: this.#time.clock,
      transactions: { timeout: 1_000, checkInterval: 1_000, maxChecks: random.pick([0, 3, 1_000]) },
      chaos: {
        seed: random.below(1e9),
        dropConfirmation: 0.1,
        dropRequest: 0.1,
        duplicate: 0.1,
        reorder: 0.1,
        delay: 0.1,
        redeliver: 0.1,
        restart: 0.02,
        maxDelay: 500,
      },
    });
  }

  async tell(actions: number): Promise<void> {
    const reader = new MemoryMessageBus({ broker: this.#broker });
    await reader.subscribe({ topics: ['order'], group: 'reader', order: 'none' }, async (message) => {
      this.seen.push(readCommitMessage(message));
    });
    for (let i = 0; i < 2; i += 1) this.#born();
    for (let i = 0; i < actions; i += 1) await this.#act();
    await this.#end();
    await reader.close();
  }

  async #act(): Promise<void> {
    const { below, chance, pick } = this.#random;
    const what = below(100);
    if (what < 20) this.#command();
    else if (what < 80) this.#fates.next();
    else if (what < 94) this.#time.advance(pick([1, 10, 100, 300, 1_000]));
    else if (what < 96) this.#time.advance(pick([3_000, 8_000]));
    else if (what < 98) this.#die();
    else if (chance(0.5)) this.#broker.goDown();
    else this.#broker.comeBack();
    await turn(4);
  }

  async #end(): Promise<void> {
    this.#born();
    this.#fates.finish();
    for (let i = 0; i < 60; i += 1) {
      this.#broker.comeBack();
      this.#time.advance(1_000);
      await turn(10);
      if (i > 20 && (await this.#isAtRest())) break;
    }
    for (const instance of this.#instances) {
      await instance.relay.stop();
      instance.mortal.isDead = true;
    }
  }

  /** Nothing is open at the broker, and the relay has passed everything. */
  async #isAtRest(): Promise<boolean> {
    const checkpoint = await this.#store.load('relay');
    return this.#broker.halfMessages.open === 0 && checkpoint?.position === (await this.#log.head());
  }

  #born(): void {
    const living = new Living(this.#random, this.#fates, {
      log: this.#log,
      store: this.#store,
      broker: this.#broker,
      time: this.#time,
      note: (what) => this.#note(what),
    });
    this.#instances.push(living);
  }

  #die(): void {
    const dying = this.#random.pick(this.#instances);
    dying.mortal.isDead = true;
    dying.bus.crash();
    this.#instances = this.#instances.filter((one) => one !== dying);
    this.#note('died');
    this.#born();
  }

  #command(): void {
    const { below, chance, pick } = this.#random;
    this.#commands += 1;
    // Some ids come again, for the same command or for another.
    const id = chance(0.3) ? below(Math.max(1, this.#commands)) : this.#commands;
    const stream = chance(0.9) ? ORDERS[id % ORDERS.length]! : pick(ORDERS);
    const expected = pick<ExpectedVersion>([
      'any',
      'any',
      'stream-exists',
      'no-stream',
      0,
      1,
      2,
      3,
      below(12),
    ]);
    const events = [{ type: 'order.changed', data: { id: chance(0.95) ? id : -1 } }];
    if (id % 3 === 0) events.push({ type: 'order.noted', data: { id } });
    const instance = pick(this.#instances);
    const options = chance(0.9) ? { commitId: `command-${id}` } : {};
    instance.orders.append(stream, expected, events, options).then(
      (result) => this.#note(result.ok ? 'appended' : 'conflict'),
      (error: unknown) => this.#note(isBusError(error) ? error.code : String(error)),
    );
  }

  #note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }
}

interface Surroundings {
  readonly log: EventStore;
  readonly store: InMemoryPublicationStore;
  readonly broker: MemoryBroker;
  readonly time: ManualTime;
  note(what: string): void;
}

/** One process of the service. */
class Living {
  readonly mortal = new Mortal();
  readonly bus: MemoryMessageBus;
  readonly orders: EventStore;
  readonly relay: Relay;

  constructor(random: Random, fates: Fates, { log, store, broker, time, note }: Surroundings) {
    const { mortal } = this;
    this.bus = new MemoryMessageBus({ broker });
    const bus = ruled(this.bus, fates, mortal);
    const own = fates.rule(failing(log, random), mortal, ['append', 'findCommit', 'fence']);
    const remembered = fates.rule(store, mortal, ['transaction', 'recordConfirmed', 'acquire', 'renew']);
    const shared = {
      bus,
      log: own,
      store: remembered,
      categories: { order: 'two-phase' },
      timers: time,
      clock: time.clock,
      pointers: random.chance(0.1) ? 'always' : 'when-too-large',
      onEvent: ({ kind }: { kind: string }) => note(kind),
    } as const;
    const publisher = new TwoPhasePublisher({
      ...shared,
      now: time.date,
      fenceAfter: 3_000,
      prepareTimeout: 2_000,
      whenUnreachable: random.pick(['refuse', 'append-and-sweep']),
    });
    void publisher.start();
    this.orders = twoPhaseEventStore(own, publisher);
    this.relay = new Relay({
      ...shared,
      owner: 'any',
      sweepAfter: 2_000,
      leaseDuration: 1_500,
      random: () => 0.5,
    });
    this.relay.start();
  }
}

function ruled(bus: TwoPhaseBus, fates: Fates, mortal: Mortal): TwoPhaseBus {
  const slow = fates.rule(bus, mortal, ['publish']);
  return new Proxy(slow, {
    get(target, key) {
      if (key !== 'prepare') return Reflect.get(target, key, target) as unknown;
      return async (...args: Parameters<TwoPhaseBus['prepare']>): Promise<PreparedMessage> => {
        const prepared = await fates.call(mortal, () => bus.prepare(...args));
        return fates.rule(prepared, mortal, ['commit', 'rollback']);
      };
    },
  });
}

/** A log of which some appends are answered with a shrug, whether they were made or not. */
function failing(log: EventStore, random: Random): EventStore {
  return new Proxy(log, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (key !== 'append') return call;
      return async (...args: unknown[]) => {
        if (random.chance(0.05))
          throw new StoreUnavailableError('not made', random.pick(['unknown', 'not-written']));
        const answer = await call(...args);
        if (random.chance(0.05)) throw new StoreUnavailableError('made', 'unknown');
        return answer;
      };
    },
  });
}

export async function commitsOf(log: EventStore): Promise<Commit[]> {
  const all: Commit[] = [];
  for await (const { commits } of log.readAll(0)) all.push(...commits);
  return all;
}

async function turn(turns: number): Promise<void> {
  for (let i = 0; i < turns; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
