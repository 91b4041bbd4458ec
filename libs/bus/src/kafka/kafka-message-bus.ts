import { systemTimers, type Timers } from '@varve/eventstore';
import { encodeWire } from '../message/encode-wire.js';
import type { Message } from '../message/message.js';
import { wireSizeOf } from '../message/size-of.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import { Delivering } from '../transport/delivering.js';
import { BusClosedError, InvalidBusOptionsError, MessageTooLargeError } from '../transport/errors.js';
import type { BusCapabilities, MessageBus } from '../transport/message-bus.js';
import type { MessageHandler, Subscription, SubscriptionOptions } from '../transport/subscription.js';
import { subscriptionSettings } from '../transport/subscription-settings.js';
import type { BusAdministration, BusTopology, SetupReport, TopologyProblem } from '../transport/topology.js';
import { fixStart } from './consume/fix-start.js';
import { KafkaSubscription } from './consume/kafka-subscription.js';
import { giveUp } from './dead-letters/give-up.js';
import { KafkaDeadLetters } from './dead-letters/kafka-dead-letters.js';
import { readTopic } from './dead-letters/read-topic.js';
import type { KafkaDriver, OutgoingRecord } from './driver/kafka-driver.js';
import { KafkajsDriver } from './driver/kafkajs-driver.js';
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
  #closed: Promise<void> | undefined;

  constructor(options: KafkaMessageBusOptions) {
    checkKafkaOptions(options);
    this.#options = { ...DEFAULTS, ...options };
    this.#timers = options.timers ?? systemTimers;
    const { brokers, maxBytes, connectTimeout, publishTimeout, sessionTimeout } = this.#options;
    this.description = `kafka ${brokers.join(', ')}`;
    this.capabilities = { ordering: 'lane', twoPhase: false, delay: false, maxBytes, deadLetter: 'emulated' };
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
  }

  async publish(
    messages: readonly Message[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.#queue.publish(
      messages.map((message) => this.#record(message)),
      options.signal,
    );
  }

  async subscribe(options: SubscriptionOptions, handler: MessageHandler): Promise<Subscription> {
    const settings = subscriptionSettings(options);
    if (this.#isClosed()) throw new BusClosedError();
    const notify = (notice: BusNotice): void => this.#notify(notice);
    const { random } = this.#options;
    const delivering = new Delivering(settings, handler, { notify, ...(random ? { random } : {}) });
    const subscription = new KafkaSubscription(delivering, {
      driver: this.#driver,
      timers: this.#timers,
      connectTimeout: this.#options.connectTimeout,
      drainTimeout: this.#options.drainTimeout,
      notify,
      fixStart: (consumer) => fixStart(this.#driver, consumer, settings),
      deadLetter: (wire, { lane, record, attempt }, given, signal) => {
        const place = { topic: lane.topic, partition: lane.partition, offset: record.offset };
        return giveUp(
          this.#giveUpPorts(),
          { group: settings.group, wire, place, given, attempts: attempt },
          signal,
        );
      },
    });
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

  #record(message: Message): SizedRecord {
    const { mode = 'structured', maxBytes } = this.#options;
    if (message.delay !== undefined && message.delay > 0) {
      throw new InvalidBusOptionsError(
        'delay',
        `A message for topic "${message.topic}" is to be delayed, and this bus delays nothing.`,
      );
    }
    const { topic, key, headers, body } = encodeWire(message, { mode });
    const bytes = wireSizeOf({ topic, headers, body, ...(key === undefined ? {} : { key }) });
    if (bytes > maxBytes) throw new MessageTooLargeError(bytes, maxBytes, topic);
    return {
      record: { topic, ...(key === undefined ? {} : { key }), value: body, headers },
      bytes: bytes + OVERHEAD,
    };
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
    const { partitions, replicationFactor, maxBytes } = this.#options;
    return { partitions, replicationFactor, maxBytes, hasDelay: false, delayTopics: [] };
  }

  #notify(notice: BusNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#queue.close();
    await this.#producer.close();
  }
}
