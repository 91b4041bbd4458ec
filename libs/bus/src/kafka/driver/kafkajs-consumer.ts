import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { KafkajsClient } from './kafkajs-client.js';
import { KafkajsRecord } from './kafkajs-record.js';
import type {
  KafkaConsumer,
  KafkaConsumerEvents,
  KafkaConsumerOptions,
  TopicPartition,
  TopicPartitionOffset,
} from './kafka-driver.js';
import { translateError } from './translate-error.js';

/** A fetch that finds nothing waits so long at the broker; a resumed partition and a leave wait for it. */
const LONGEST_FETCH = 250;
/**
 * Of one partition at a time; kafkajs takes a mebibyte. It makes thousands of objects of an answer at once, and those that wait for their turn
 * are what the garbage collector copies: a quarter of it took a quarter less of the processor. A larger message comes all the same.
 */
const FETCH_BYTES = 256 * 1024;
/** Partitions of one fetch are handed over side by side, so that waiting for room in one does not add to that of another. */
const SIDE_BY_SIDE = 64;
const CLOSE_TIMEOUT = 3_000;

export interface KafkajsConsumerTimes {
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
}

export class KafkajsConsumer implements KafkaConsumer {
  readonly #consumer: Consumer;
  readonly #what: string;
  #isJoined = false;
  #failure: unknown;
  #commit: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;

  constructor(
    private readonly client: KafkajsClient,
    private readonly options: KafkaConsumerOptions,
    private readonly events: KafkaConsumerEvents,
    private readonly times: KafkajsConsumerTimes,
  ) {
    const { sessionTimeout, rebalanceTimeout } = times;
    this.#what = `subscribing as group "${options.group}" to ${options.topics.map((topic) => `"${topic}"`).join(', ')}`;
    this.#consumer = client.kafka.consumer({
      groupId: options.group,
      sessionTimeout,
      rebalanceTimeout,
      heartbeatInterval: Math.min(1_000, Math.floor(sessionTimeout / 4)),
      maxWaitTimeInMs: LONGEST_FETCH,
      maxBytesPerPartition: FETCH_BYTES,
      allowAutoTopicCreation: false,
      // A consumer that has failed is replaced as a whole: its own restart would log in with a used `sasl` object.
      retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000, restartOnFailure: async () => false },
    });
  }

  async start(): Promise<void> {
    const { topics, fromBeginning } = this.options;
    this.#listen();
    await this.client.ask(this.#what, async () => {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning });
    });
    const join = (): Promise<void> =>
      this.#consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: SIDE_BY_SIDE,
        eachBatch: (payload) => this.#fetched(payload),
      });
    await this.client.ask(this.#what, () => this.client.overhear(join), this.times.rebalanceTimeout);
    if (this.#failure !== undefined) throw this.#whyNotJoined(this.#failure);
  }

  pause(partitions: readonly TopicPartition[]): void {
    if (this.#isJoined) this.#consumer.pause(grouped(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (this.#isJoined) this.#consumer.resume(grouped(partitions));
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    try {
      await this.#commitOnce(offsets);
    } catch (error) {
      throw translateError(error, `committing offsets of group "${this.options.group}"`);
    }
  }

  async close(): Promise<void> {
    this.#isJoined = false;
    await this.client.end(() => this.#consumer.disconnect(), CLOSE_TIMEOUT);
  }

  /**
   * `commitOffsets` of the consumer tries a refused commit again, also after a rebalance, when the partition may be somebody else's and
   * further on; that of a batch does not.
   */
  async #commitOnce(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (this.#commit === undefined) {
      await this.#consumer.commitOffsets(offsets.map((one) => ({ ...one, offset: String(one.offset) })));
      return;
    }
    const topics = [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
      topic,
      partitions: offsets
        .filter((one) => one.topic === topic)
        .map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    await this.#commit({ topics });
  }

  #whyNotJoined(failure: unknown): Error {
    const isSwallowed = failure instanceof Error && failure.name === 'KafkaJSGroupCoordinatorNotFound';
    return translateError(isSwallowed ? (this.client.overheard ?? failure) : failure, this.#what);
  }

  #listen(): void {
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.#isJoined = true;
      const topics = Object.entries(payload.memberAssignment);
      this.events.assigned(
        topics.flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition }))),
      );
    });
    // Also with `restart: false`, where kafkajs says nothing but this.
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#isJoined = false;
      this.#failure = payload.error;
      this.client.destroy();
      this.events.failed(translateError(payload.error, this.#what));
    });
  }

  async #fetched(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    this.#commit ??= (offsets) => payload.commitOffsetsIfNecessary(offsets);
    const records = batch.messages.map((message) => new KafkajsRecord(message));
    if (records.length === 0) return;
    await this.events.fetched({ topic: batch.topic, partition: batch.partition, records });
  }
}

function grouped(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
}
