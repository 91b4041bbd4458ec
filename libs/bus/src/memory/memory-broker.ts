import { systemTimers, type Timers } from '@varve/eventstore';
import type { WireMessage } from '../message/wire-message.js';
import { BrokerRefusedError, BrokerUnavailableError } from '../transport/errors.js';
import { assertKnownOptions } from '../message/known-options.js';
import type { SubscriptionSettings } from '../transport/subscription-settings.js';
import type { GroupPlan, TopicPlan } from '../transport/topology.js';
import { MemoryChaos, type MemoryChaosOptions } from './memory-chaos.js';
import { MemoryDeadLetters } from './memory-dead-letters.js';
import { MemoryGroup } from './memory-group.js';
import { MemoryHalfMessages, type MemoryTransactionOptions } from './memory-half-messages.js';
import { MemorySchedule } from './memory-schedule.js';
import { MemoryTopic } from './memory-topic.js';

/** What a `MemoryBroker` is made of. All of it may be left out. */
export interface MemoryBrokerOptions {
  /** Makes a topic when it is first used; otherwise an unknown one is refused. Default true. */
  readonly createTopics?: boolean;
  /** The messages of a topic that a group which comes later still gets. Default 10,000. */
  readonly retained?: number;
  /** When and how often it asks about half messages that nobody has decided. */
  readonly transactions?: MemoryTransactionOptions;
  /** What goes wrong on purpose, for tests. Default: nothing does. */
  readonly chaos?: MemoryChaosOptions;
  /** What it waits by: for delays, retries and questions. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const KNOWN_TRANSACTIONS = { timeout: 'number', checkInterval: 'number', maxChecks: 'number' } as const;
export const KNOWN_BROKER_OPTIONS = {
  createTopics: 'boolean',
  retained: 'number',
  transactions: true,
  chaos: true,
  timers: 'object',
  now: 'function',
} as const;

/** Who is connected, and is told when the broker goes and comes. */
export interface MemoryConnection {
  wentDown(error: unknown): void;
  cameBack(): void;
}

/** What several in-process buses share, as processes share a broker. It lives as long as it is referred to: nothing is ever written. */
export class MemoryBroker {
  readonly timers: Timers;
  readonly now: () => number;
  readonly chaos: MemoryChaos;
  readonly schedule: MemorySchedule;
  readonly halfMessages: MemoryHalfMessages;
  readonly #topics = new Map<string, MemoryTopic>();
  readonly #groups = new Map<string, MemoryGroup>();
  readonly #deadLetters = new Map<string, MemoryDeadLetters>();
  readonly #connections = new Set<MemoryConnection>();
  readonly #createTopics: boolean;
  readonly #retained: number;
  #isUp = true;

  constructor(options: MemoryBrokerOptions = {}) {
    const of = 'the in-process broker';
    assertKnownOptions<MemoryBrokerOptions>(of, options, KNOWN_BROKER_OPTIONS);
    if (options.transactions !== undefined)
      assertKnownOptions<MemoryTransactionOptions>(
        of,
        options.transactions,
        KNOWN_TRANSACTIONS,
        'transactions',
      );
    this.timers = options.timers ?? systemTimers;
    this.now = options.now ?? Date.now;
    this.chaos = new MemoryChaos(options.chaos);
    this.schedule = new MemorySchedule(this.timers, this.now);
    this.halfMessages = new MemoryHalfMessages(this, options.transactions);
    this.#createTopics = options.createTopics ?? true;
    this.#retained = options.retained ?? 10_000;
  }

  /** Whether topics are made by their first use. */
  get createsTopics(): boolean {
    return this.#createTopics;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** An outage begins: nothing is taken or handed over, and what handlers finish meanwhile is repeated. */
  goDown(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    const error = new BrokerUnavailableError('The in-process broker is down.');
    for (const connection of this.#connections) connection.wentDown(error);
  }

  comeBack(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    for (const connection of this.#connections) connection.cameBack();
    for (const group of this.#groups.values()) group.wake();
  }

  /** @throws BrokerUnavailableError */
  assertUp(): void {
    if (!this.#isUp) throw new BrokerUnavailableError('The in-process broker is down.');
  }

  /** @returns how to disconnect */
  connect(connection: MemoryConnection): () => void {
    this.#connections.add(connection);
    this.schedule.run();
    return () => {
      this.#connections.delete(connection);
      if (this.#connections.size === 0) this.schedule.stand();
    };
  }

  /** @returns whether it is new */
  createTopic({ name, kind }: Pick<TopicPlan, 'name' | 'kind'>): boolean {
    if (this.#topics.has(name)) return false;
    this.#topics.set(name, new MemoryTopic(name, kind, this.#retained));
    return true;
  }

  findTopic(name: string): MemoryTopic | undefined {
    return this.#topics.get(name);
  }

  /** @throws BrokerRefusedError when there is none, and none is made */
  topic(name: string): MemoryTopic {
    const found = this.#topics.get(name);
    if (found) return found;
    if (!this.#createTopics) {
      throw new BrokerRefusedError(
        'unknown-topic',
        `There is no topic "${name}". Create it: varve bus setup, or the bus's setup().`,
      );
    }
    const topic = new MemoryTopic(name, 'any', this.#retained);
    this.#topics.set(name, topic);
    return topic;
  }

  /** @returns whether it is new */
  createGroup({ name, order }: Pick<GroupPlan, 'name' | 'order'>): boolean {
    if (this.#groups.has(name)) return false;
    this.#groups.set(name, new MemoryGroup(name, order, this));
    return true;
  }

  findGroup(name: string): MemoryGroup | undefined {
    return this.#groups.get(name);
  }

  /** The group, reading the topics from its place in them or from where the settings say. */
  groupFor({ group: name, order, topics, startFrom }: SubscriptionSettings): MemoryGroup {
    const read = topics.map((topic) => this.topic(topic));
    this.createGroup({ name, order });
    const group = this.#groups.get(name) as MemoryGroup;
    for (const topic of read) {
      if (group.topics.has(topic.name)) continue;
      group.topics.add(topic.name);
      if (startFrom === 'earliest') for (const wire of topic.retained()) group.add(wire);
    }
    return group;
  }

  deadLettersOf(group: string): MemoryDeadLetters {
    let letters = this.#deadLetters.get(group);
    if (!letters) this.#deadLetters.set(group, (letters = new MemoryDeadLetters(this)));
    return letters;
  }

  /** Takes a message, whatever it is: visible from now on. */
  store(wire: WireMessage): void {
    const topic = this.topic(wire.topic);
    const times = this.chaos.strikes('duplicate') ? 2 : 1;
    for (let i = 0; i < times; i++) {
      topic.retain(wire);
      for (const group of this.#groups.values()) if (group.topics.has(topic.name)) group.add(wire);
    }
  }
}
