import { givenOptions, systemTimers, tell, type Timers } from '@varve/eventstore';
import { encodeWire } from '../message/encode-wire.js';
import type { Message } from '../message/message.js';
import { wireSizeOf } from '../message/size-of.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import { Delivering } from '../transport/delivering.js';
import { BusClosedError, InvalidBusOptionsError, MessageTooLargeError } from '../transport/errors.js';
import type { BusCapabilities, MessageBus } from '../transport/message-bus.js';
import type {
  DeliveriesHandler,
  MessageHandler,
  Subscription,
  SubscriptionOptions,
} from '../transport/subscription.js';
import { subscriptionSettings } from '../transport/subscription-settings.js';
import type { BusAdministration, BusTopology, SetupReport, TopologyProblem } from '../transport/topology.js';
import type { Deliveries } from './consume/deliveries.js';
import { fixStart } from './consume/fix-start.js';
import { KafkaSubscription } from './consume/kafka-subscription.js';
import { giveUp } from './dead-letters/give-up.js';
import { KafkaDeadLetters } from './dead-letters/kafka-dead-letters.js';
import { readTopic } from './dead-letters/read-topic.js';
import { DelayedDelivery } from './delay/delayed-delivery.js';
import { onItsWay } from './delay/delayed-record.js';
import { DEFAULT_DELAY_PREFIX, delayTopics, LONGEST_DELAY } from './delay/delay-steps.js';
import { Forwarding } from './delay/forwarding.js';
import type { KafkaDriver, OutgoingRecord } from './driver/kafka-driver.js';
import { KafkajsDriver } from './driver/kafkajs-driver.js';
import { within } from '../transport/within.js';
import { checkKafkaOptions, type KafkaMessageBusOptions } from './kafka-options.js';
import type { SizedRecord } from './publish/publish-job.js';
import { PublishQueue } from './publish/publish-queue.js';
import { ReliableProducer } from './publish/reliable-producer.js';
import { inspectKafka, setUpKafka, type KafkaTopologyOptions } from './topology/kafka-topology.js';
import { withAdmin } from './topology/with-admin.js';

const DEFAULTS = {
  maxBytes: 1_000_000,
  connectTimeout: 5_000,
  publishTimeout: 30_000,
  sessionTimeout: 10_000,
  drainTimeout: 30_000,
  partitions: 6,
};
/** What Kafka adds to a record and to a batch, at most. */
const OVERHEAD = 100;
/** The headers of a delayed message, beside what its topic and key take. */
const FOR_DELAY = 800;

/**
 * A bus on Kafka, by `kafkajs`. It has no two phases, delays only with `delay`, and keeps dead letters in topics of its own. It connects on first
 * use.
 */
export class KafkaMessageBus implements MessageBus, BusAdministration {
  readonly description: string;
  readonly capabilities: BusCapabilities;
  readonly #options: KafkaMessageBusOptions & typeof DEFAULTS;
  readonly #timers: Timers;
  readonly #driver: KafkaDriver;
  readonly #producer: ReliableProducer;
  readonly #queue: PublishQueue;
  readonly #subscriptions = new Set<KafkaSubscription>();
  readonly #listeners = new Set<(notice: BusNotice) => void>();
  readonly #delayed: DelayedDelivery | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: KafkaMessageBusOptions) {
    checkKafkaOptions(options);
    this.#options = { ...DEFAULTS, ...givenOptions(options) };
    this.#timers = options.timers ?? systemTimers;
    const { brokers, maxBytes, connectTimeout, publishTimeout, sessionTimeout } = this.#options;
    this.description = `kafka ${brokers.join(', ')}`;
    this.capabilities = {
      ordering: 'lane',
      twoPhase: false,
      delay: options.delay ? LONGEST_DELAY : false,
      maxBytes,
      deadLetter: 'emulated',
    };
    this.#driver = new KafkajsDriver(options, { connectTimeout, sessionTimeout }, this.#timers);
    this.#producer = new ReliableProducer({
      connect: () => this.#driver.producer(),
      publishTimeout,
      connectTimeout,
      timers: this.#timers,
      notify: (notice) => this.#notify(notice),
    });
    this.#queue = new PublishQueue(this.#producer, {
      maxBatchBytes: maxBytes,
      limitOf: (topic) => this.#limitOf(topic),
    });
    this.#delayed = options.delay && this.#delayedDelivery(this.#delayPrefix);
  }

  async publish(
    messages: readonly Message[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const records = messages.map((message) => this.#record(message));
    if (!this.#isClosed()) this.#delayed?.start();
    if (messages.some(({ delay = 0 }) => delay > 0)) await this.#delayed?.topics();
    await this.#queue.publish(records, options.signal);
  }

  async subscribe(
    options: SubscriptionOptions,
    handler: MessageHandler,
    many?: DeliveriesHandler,
  ): Promise<Subscription> {
    const settings = subscriptionSettings(options);
    if (this.#isClosed()) throw new BusClosedError();
    this.#delayed?.start();
    const notify = (notice: BusNotice): void => this.#notify(notice);
    const { random } = this.#options;
    const subscription = this.#subscription(
      new Delivering(settings, handler, { notify, many, ...(random ? { random } : {}) }),
    );
    await subscription.start();
    this.#subscriptions.add(subscription);
    // It was closed meanwhile.
    if (this.#isClosed()) {
      await subscription.close();
      throw new BusClosedError();
    }
    return subscription;
  }

  deadLetters(group: string): DeadLetters {
    return new KafkaDeadLetters(group, {
      publish: (record) => this.#publishRecord(record),
      clock: () => this.#now(),
      read: (topic, see) => {
        const reader = `${topic}-reader-${globalThis.crypto.randomUUID()}`;
        return readTopic(this.#driver, { topic, group: reader, timers: this.#timers }, see);
      },
    });
  }

  async health(): Promise<BusHealth> {
    if (this.#isClosed()) return { up: false, error: new BusClosedError() };
    try {
      await withAdmin(this.#driver, (admin) => admin.brokers());
      return { up: true };
    } catch (error) {
      return { up: false, error };
    }
  }

  onNotice(listener: (notice: BusNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  setup(topology: BusTopology): Promise<SetupReport> {
    return withAdmin(this.#driver, (admin) => setUpKafka(admin, topology, this.#topologyOptions()));
  }

  inspect(topology: BusTopology): Promise<readonly TopologyProblem[]> {
    return withAdmin(this.#driver, (admin) => inspectKafka(admin, topology, this.#topologyOptions()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #isClosed(): boolean {
    return this.#closed !== undefined;
  }

  #subscription(deliveries: Deliveries): KafkaSubscription {
    const { settings } = deliveries;
    return new KafkaSubscription(deliveries, {
      driver: this.#driver,
      timers: this.#timers,
      connectTimeout: this.#options.connectTimeout,
      drainTimeout: this.#options.drainTimeout,
      notify: (notice) => this.#notify(notice),
      fixStart: (consumer) => fixStart(this.#driver, consumer, settings),
      closed: (subscription) => void this.#subscriptions.delete(subscription),
      deadLetter: (wire, { lane, record, attempt }, given, signal) => {
        const place = { topic: lane.topic, partition: lane.partition, offset: record.offset };
        const message = { group: settings.group, wire, place, given, attempts: attempt };
        return giveUp(this.#giveUpPorts(), message, signal);
      },
    });
  }

  #delayedDelivery(prefix: string): DelayedDelivery {
    const notify = (notice: BusNotice): void => this.#notify(notice);
    const { random = Math.random, replicationFactor } = this.#options;
    const forwarding = new Forwarding({
      prefix,
      publish: (record) => this.#publishRecord(record),
      now: () => this.#now(),
      timers: this.#timers,
      random,
      notify,
    });
    return new DelayedDelivery({
      driver: this.#driver,
      prefix,
      replicationFactor,
      forwarding,
      subscription: () => this.#subscription(forwarding),
      timers: this.#timers,
      notify,
    });
  }

  #now(): number {
    return (this.#options.clock?.() ?? new Date()).getTime();
  }

  #record(message: Message): SizedRecord {
    const { mode = 'structured', maxBytes } = this.#options;
    const { delay = 0 } = message;
    if (delay > (this.capabilities.delay || 0)) throw tooLong(delay, message.topic, this.capabilities.delay);
    const wire = encodeWire(message, { mode });
    const { topic, key, headers, body } = wire;
    const bytes = wireSizeOf(wire);
    if (bytes > maxBytes) throw new MessageTooLargeError(bytes, maxBytes, topic);
    const record: OutgoingRecord =
      key === undefined ? { topic, value: body, headers } : { topic, key, value: body, headers };
    if (delay <= 0) return { record, bytes: bytes + OVERHEAD };
    const now = this.#now();
    return {
      record: onItsWay(this.#delayPrefix, record, now + Math.ceil(delay), now),
      bytes: bytes + OVERHEAD + FOR_DELAY,
    };
  }

  get #delayPrefix(): string {
    return this.#options.delay?.topicPrefix ?? DEFAULT_DELAY_PREFIX;
  }

  #publishRecord(record: OutgoingRecord): Promise<void> {
    const { topic, headers, value } = record;
    const bytes = wireSizeOf({ topic, headers, body: value ?? new Uint8Array() }) + OVERHEAD;
    return this.#queue.publish([{ record, bytes }]);
  }

  async #limitOf(topic: string): Promise<number> {
    const config = await withAdmin(this.#driver, (admin) => admin.topicConfig(topic));
    return Number(config['max.message.bytes']);
  }

  #giveUpPorts() {
    const { maxBytes, replicationFactor, clock } = this.#options;
    return {
      driver: this.#driver,
      publish: (record: OutgoingRecord) => this.#publishRecord(record),
      maxBytes,
      replicationFactor,
      timers: this.#timers,
      clock: clock ?? (() => new Date()),
      notify: (notice: BusNotice) => this.#notify(notice),
    };
  }

  #topologyOptions(): KafkaTopologyOptions {
    const { brokers, partitions, replicationFactor, maxBytes } = this.#options;
    return {
      broker: brokers[0]!,
      partitions,
      replicationFactor,
      maxBytes,
      hasDelay: this.#options.delay !== undefined,
      delayTopics: delayTopics(this.#delayPrefix),
    };
  }

  #notify(notice: BusNotice): void {
    for (const listener of this.#listeners) tell(listener, notice);
  }

  async #close(): Promise<void> {
    const subscriptions = [...this.#subscriptions].map((subscription) => subscription.close());
    await Promise.all([...subscriptions, this.#delayed?.close()]);
    // What a broker that is away has not confirmed by then is told to whoever has published it.
    const emptied = this.#queue.close();
    await within(this.#timers, this.#options.connectTimeout, emptied, () => new BusClosedError()).catch(
      () => undefined,
    );
    await this.#producer.close();
    await emptied;
  }
}

function tooLong(delay: number, topic: string, longest: number | false): InvalidBusOptionsError {
  const most =
    longest === false
      ? 'and this bus delays nothing: set its "delay"'
      : `and this bus delays by ${longest} ms at most`;
  return new InvalidBusOptionsError(
    'delay',
    `A message for topic "${topic}" is to be delayed by ${delay} ms, ${most}.`,
  );
}
