import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type Admin, type KafkaConfig } from 'kafkajs';
import { until } from '../../support/until.ts';
import type { Credentials } from '../tenancy.ts';

export interface KafkaConnection {
  /** `host:port`, separated by commas. */
  readonly brokers: string;
  readonly credentials?: Credentials | undefined;
  /** The file of the authority that clients must trust. */
  readonly certificate?: string | undefined;
}

/** What a client needs to know; a new object each time, for kafkajs changes the one that it is given. */
export function kafkaClientOptions(
  { brokers, certificate, credentials: admin }: KafkaConnection,
  credentials: Credentials | undefined = admin,
): KafkaConfig {
  return {
    brokers: brokers.split(','),
    ...(certificate === undefined ? {} : { ssl: { ca: [readFileSync(certificate, 'utf8')] } }),
    ...(credentials ? { sasl: { mechanism: 'scram-sha-256', ...credentials } } : {}),
  };
}

/** A silent client for a test's own questions to the broker; it outlasts a partition's change of leader. */
export function plainKafka(server: KafkaConnection, more: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    ...kafkaClientOptions(server),
    clientId: 'varve-services',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    retry: { retries: 8, initialRetryTime: 50, maxRetryTime: 1000 },
    ...more,
  });
}

export interface KafkaTopic {
  readonly topic: string;
  /** Default 4. */
  readonly partitions?: number;
  readonly config?: Readonly<Record<string, string>>;
}

/** Resolves when each partition has a leader that knows that it is one. */
export async function createKafkaTopics(
  server: KafkaConnection,
  topics: readonly KafkaTopic[],
): Promise<void> {
  await withAdmin(server, async (admin) => {
    await admin.createTopics({
      waitForLeaders: true,
      topics: topics.map(({ topic, partitions = 4, config = {} }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    });
    for (const { topic } of topics) await offsetsOf(admin, topic);
  });
}

/** Messages in the topic, of all its partitions. */
export async function messagesInKafkaTopic(server: KafkaConnection, topic: string): Promise<number> {
  return withAdmin(server, async (admin) => {
    const offsets = await offsetsOf(admin, topic);
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  });
}

/** Leaders are known to all a moment before they know it themselves, and kafkajs takes that for final. */
async function offsetsOf(admin: Admin, topic: string): ReturnType<Admin['fetchTopicOffsets']> {
  const asked = async () =>
    admin.fetchTopicOffsets(topic).catch((error: unknown) => {
      if (error instanceof Error && 'type' in error && notYet.has(error.type)) return undefined;
      throw error;
    });
  return until(asked, { timeout: 60_000, what: `the leaders of ${topic}` });
}

const notYet = new Set<unknown>(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);

export async function withAdmin<T>(
  server: KafkaConnection,
  work: (admin: Admin) => Promise<T>,
  more: Partial<KafkaConfig> = {},
): Promise<T> {
  const admin = plainKafka(server, more).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}
