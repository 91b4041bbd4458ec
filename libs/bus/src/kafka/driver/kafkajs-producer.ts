import type { Message as KafkajsMessage, Producer, TopicMessages } from 'kafkajs';
import { keyPartitioner } from './key-partitioner.js';
import type { KafkajsClient } from './kafkajs-client.js';
import type { KafkaProducer, OutgoingRecord } from './kafka-driver.js';
import { translateError } from './translate-error.js';

/** kafkajs wants at least one for an idempotent producer; the bus tries again with a new producer. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 };

export class KafkajsProducer implements KafkaProducer {
  readonly #producer: Producer;

  constructor(private readonly client: KafkajsClient) {
    this.#producer = client.kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: keyPartitioner,
      retry: RETRY,
    });
  }

  async connect(): Promise<void> {
    await this.client.ask('connecting a producer', () => this.#producer.connect());
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const topicMessages = byTopic(records);
    try {
      await this.#producer.sendBatch({ acks: -1, topicMessages });
    } catch (error) {
      const topics = topicMessages.map(({ topic }) => `"${topic}"`).join(', ');
      throw translateError(error, `publishing to ${topics}`);
    }
  }

  close(): Promise<void> {
    return this.client.abort(() => this.#producer.disconnect());
  }
}

function byTopic(records: readonly OutgoingRecord[]): TopicMessages[] {
  const topics = new Map<string, KafkajsMessage[]>();
  for (const record of records) {
    const messages = topics.get(record.topic) ?? [];
    if (messages.length === 0) topics.set(record.topic, messages);
    messages.push(messageOf(record));
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

function messageOf({ key, value, headers }: OutgoingRecord): KafkajsMessage {
  return {
    key: key === undefined ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers,
  };
}
