import {
  readCommitMessage,
  Relay,
  TwoPhasePublisher,
  twoPhaseEventStore,
  type CommitMessage,
  type PublicationEvent,
  type PublicationMode,
  type RelayOptions,
  type TwoPhasePublisherOptions,
} from '@varve/bus';
import { MemoryBroker, MemoryMessageBus, type MemoryBrokerOptions } from '@varve/bus/memory';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import type { EventStore, NewEvent, ProcessorEvent } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { ManualTime } from '../../../../../test/support/manual-time.js';

export interface WorldOptions {
  readonly log?: EventStore;
  readonly broker?: Partial<MemoryBrokerOptions>;
  readonly categories?: Readonly<Record<string, PublicationMode>>;
}

export const SWEEP_AFTER = 10_000;
export const FENCE_AFTER = 60_000;
/** When the broker asks about a half message, and how often. */
export const ASKED_AFTER = 5_000;

/** One log, one broker, one consumer, and as many instances of the service as a test wants, in a time that stands still. */
export class World {
  readonly time = new ManualTime(Date.parse('2026-11-21T14:00:00Z'));
  readonly log: EventStore;
  readonly store = new InMemoryPublicationStore();
  readonly broker: MemoryBroker;
  readonly categories: Readonly<Record<string, PublicationMode>>;
  /** What the consumer has seen, as it came. */
  readonly seen: CommitMessage[] = [];

  constructor(options: WorldOptions = {}) {
    this.log = options.log ?? new InMemoryEventStore();
    this.categories = options.categories ?? { order: 'two-phase' };
    this.broker = new MemoryBroker({
      timers: this.time,
      now: this.time.clock,
      transactions: { timeout: ASKED_AFTER, checkInterval: ASKED_AFTER, maxChecks: 1_000 },
      ...options.broker,
    });
  }

  /** The consumer must be there from the beginning only for those who do not keep topics. */
  async consume(...topics: string[]): Promise<void> {
    const bus = new MemoryMessageBus({ broker: this.broker });
    await bus.subscribe({ topics, group: 'reader', order: 'none' }, async (message) => {
      this.seen.push(readCommitMessage(message));
    });
  }

  async instance(owner = 'one', options: InstanceOptions = {}): Promise<Instance> {
    const instance = this.instanceOf(options, owner);
    await instance.publisher.start();
    return instance;
  }

  instanceOf(options: InstanceOptions, owner = 'one'): Instance {
    return new Instance(this, owner, options);
  }

  /** Lets everything run that needs no time to pass. */
  async turn(turns = 60): Promise<void> {
    for (let i = 0; i < turns; i += 1) {
      this.time.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async pass(milliseconds: number, step = 500): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += step) {
      this.time.advance(Math.min(step, milliseconds - passed));
      await this.turn(8);
    }
  }

  /** `order-1 1-2` for each message that the consumer has seen, sorted. */
  visible(): string[] {
    return this.seen.map(describe).sort();
  }

  /** Without what came more than once. */
  distinct(): string[] {
    return [...new Set(this.visible())];
  }
}

export function describe({
  stream,
  firstVersion,
  lastVersion,
}: Pick<CommitMessage, 'stream' | 'firstVersion' | 'lastVersion'>): string {
  return `${stream} ${firstVersion}-${lastVersion}`;
}

export type InstanceOptions = Partial<Omit<TwoPhasePublisherOptions, 'bus' | 'log' | 'store' | 'onEvent'>> &
  Partial<Pick<RelayOptions, 'sweepAfter' | 'leaseDuration' | 'batch' | 'failurePolicy'>> & {
    readonly bus?: MemoryMessageBus;
    readonly store?: InMemoryPublicationStore;
    readonly maxBytes?: number;
    /** What stands between the publisher and the log. */
    readonly log?: EventStore;
  };

/** One process of the service: a bus, a publisher, the store behind it, a relay. */
export class Instance {
  readonly bus: MemoryMessageBus;
  readonly publisher: TwoPhasePublisher;
  readonly orders: EventStore;
  readonly relay: Relay;
  readonly events: (PublicationEvent | ProcessorEvent)[] = [];

  constructor(
    readonly world: World,
    owner: string,
    options: InstanceOptions,
  ) {
    const { time, store, broker, categories } = world;
    const { maxBytes, log = world.log, ...publishing } = options;
    this.bus =
      options.bus ?? new MemoryMessageBus({ broker, ...(maxBytes === undefined ? {} : { maxBytes }) });
    const shared = {
      categories,
      store,
      clock: time.clock,
      timers: time,
      ...publishing,
      bus: this.bus,
      log,
      onEvent: (event: PublicationEvent | ProcessorEvent) => void this.events.push(event),
    };
    this.publisher = new TwoPhasePublisher({ fenceAfter: FENCE_AFTER, now: time.date, ...shared });
    this.orders = twoPhaseEventStore(log, this.publisher);
    this.relay = new Relay({
      owner,
      sweepAfter: SWEEP_AFTER,
      leaseDuration: 3_000,
      random: () => 0.5,
      ...shared,
    });
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  told<Kind extends PublicationEvent['kind']>(kind: Kind): Extract<PublicationEvent, { kind: Kind }>[] {
    return this.events.filter(
      (event): event is Extract<PublicationEvent, { kind: Kind }> => event.kind === kind,
    );
  }

  /** As by `kill -9`: whatever it was about to do is never done. */
  crash(): void {
    this.bus.crash();
  }
}

export function placed(number = 1): NewEvent {
  return { type: 'order.placed', data: { number } };
}

export const paid: NewEvent = { type: 'order.paid', data: {} };
