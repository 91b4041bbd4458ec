import { sleep } from '@varve/eventstore';
import kafkajs, { type Admin } from 'kafkajs';
import type { KafkajsClient } from './kafkajs-client.js';
import type {
  KafkaAdmin,
  NewTopic,
  PartitionOffsets,
  TopicDescription,
  TopicPartitionOffset,
} from './kafka-driver.js';
import { BrokerRefusedError } from '../../transport/errors.js';
import { translateError } from './translate-error.js';

const CLOSE_TIMEOUT = 1_000;
const BETWEEN_LOOKS = 50;

export class KafkajsAdmin implements KafkaAdmin {
  readonly #admin: Admin;

  constructor(private readonly client: KafkajsClient) {
    this.#admin = client.kafka.admin({ retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 500 } });
  }

  async connect(): Promise<void> {
    await this.client.ask('connecting', () => this.#admin.connect());
  }

  topicNames(): Promise<readonly string[]> {
    return this.client.ask('listing topics', () => this.#admin.listTopics());
  }

  async describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]> {
    if (names.length === 0) return [];
    const { topics } = await this.client.ask('describing topics', () =>
      this.#admin.fetchTopicMetadata({ topics: [...names] }),
    );
    return topics.map(({ name, partitions }) => ({ name, partitions: partitions.length }));
  }

  async topicConfig(name: string): Promise<Readonly<Record<string, string>>> {
    const { resources } = await this.client.ask(`reading the configuration of "${name}"`, () =>
      this.#admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
      }),
    );
    const entries = resources[0]?.configEntries ?? [];
    return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
  }

  async createTopic({ name, partitions, replicationFactor, config }: NewTopic): Promise<boolean> {
    const configEntries = Object.entries(config).map(([key, value]) => ({ name: key, value }));
    const topic = { topic: name, numPartitions: partitions, replicationFactor, configEntries };
    const isNew = await this.client.ask(`creating topic "${name}"`, () =>
      this.#admin.createTopics({ topics: [topic], waitForLeaders: false }),
    );
    if (isNew) await this.#appears(name);
    return isNew;
  }

  /** kafkajs' own waiting for leaders gives up when the broker that it asks has not heard of the topic yet. */
  async #appears(name: string): Promise<void> {
    const over = new AbortController();
    const look = async (): Promise<void> => {
      while (!over.signal.aborted && !(await this.#hasLeaders(name))) {
        await sleep(this.client.timers, BETWEEN_LOOKS, over.signal);
      }
    };
    try {
      await this.client.ask(`waiting for topic "${name}"`, look);
    } finally {
      over.abort();
    }
  }

  async #hasLeaders(name: string): Promise<boolean> {
    try {
      const { topics } = await this.#admin.fetchTopicMetadata({ topics: [name] });
      return topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
    } catch (error) {
      const told = translateError(error, `looking for topic "${name}"`);
      if (told instanceof BrokerRefusedError && told.why !== 'unknown-topic') throw told;
      return false;
    }
  }

  async offsets(topic: string): Promise<readonly PartitionOffsets[]> {
    const offsets = await this.client.ask(`reading the offsets of "${topic}"`, () =>
      this.#admin.fetchTopicOffsets(topic),
    );
    return offsets.map(({ partition, low, high }) => ({ partition, low: Number(low), high: Number(high) }));
  }

  async committed(group: string, topics: readonly string[]): Promise<readonly TopicPartitionOffset[]> {
    const fetched = await this.client.ask(`reading the offsets of group "${group}"`, () =>
      this.#admin.fetchOffsets({ groupId: group, topics: [...topics] }),
    );
    return fetched
      .flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
      )
      .filter(({ offset }) => offset >= 0);
  }

  async brokers(): Promise<number> {
    const { brokers } = await this.client.ask('asking for the brokers', () => this.#admin.describeCluster());
    return brokers.length;
  }

  close(): Promise<void> {
    return this.client.end(() => this.#admin.disconnect(), CLOSE_TIMEOUT);
  }
}
