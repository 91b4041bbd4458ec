import { expect, test } from 'vitest';
import type { KafkaAdmin } from '../../src/kafka/driver/kafka-driver.js';
import { inspectKafka } from '../../src/kafka/topology/kafka-topology.js';

const options = {
  broker: 'kafka:9092',
  partitions: 6,
  replicationFactor: undefined,
  maxBytes: 1_000_000,
  hasDelay: false,
  delayTopics: [],
};
const topology = {
  topics: [{ name: 'order', kind: 'ordered', lanes: 12 }],
  groups: [{ name: 'g', topics: ['order'], order: 'key' }],
} as const;

/** A broker with these topics, of one partition each. */
function adminOf(there: readonly string[]): KafkaAdmin {
  return {
    connect: async () => undefined,
    topicNames: async () => there,
    describeTopics: async (names) => names.map((name) => ({ name, partitions: 1 })),
    topicConfig: async () => ({ 'cleanup.policy': 'delete' }),
    createTopic: async () => true,
    offsets: async () => [],
    committed: async () => [],
    brokers: async () => 1,
    close: async () => undefined,
  };
}

async function adviceFor(there: readonly string[]): Promise<readonly string[]> {
  return (await inspectKafka(adminOf(there), topology, options)).map(({ whatToDo }) => whatToDo);
}

test('the command that creates a missing topic names the broker, and all that "setup" would set', async () => {
  expect(await adviceFor([])).toEqual([
    'Run "varve bus setup", or: kafka-topics.sh --bootstrap-server kafka:9092 --create --topic order --partitions 12',
    expect.stringMatching(
      /kafka-topics\.sh --bootstrap-server kafka:9092 --create --topic g-dead-letters --partitions 1 --config cleanup\.policy=compact --config max\.message\.bytes=\d+$/,
    ),
  ]);
});

test('the commands that mend a topic name the broker', async () => {
  expect(await adviceFor(['order', 'g-dead-letters'])).toEqual([
    expect.stringContaining(
      'kafka-topics.sh --bootstrap-server kafka:9092 --alter --topic order --partitions 12',
    ),
    'kafka-configs.sh --bootstrap-server kafka:9092 --alter --entity-type topics --entity-name g-dead-letters --add-config cleanup.policy=compact',
  ]);
});
