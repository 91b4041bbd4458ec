import { join } from 'node:path';
import { Relay, topicNaming } from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import type { SqliteEventStore } from '@varve/eventstore/sqlite';
import {
  createKafkaTopics,
  messagesInKafkaTopic,
  plainKafka,
  uniqueName,
  type KafkaConnection,
} from '../../services/index.ts';
import { compare, inFolder, timed, type Benchmark, type Side } from '../measure.ts';
import { kafka } from './brokers.ts';
import { bodyOf, commitsOf, filledLog } from './commits.ts';

const PARTITIONS = 6;
/** What the bus puts into one request. */
const BATCH = 500;

export const kafkaRelay: Benchmark = {
  name: 'bus-kafka-relay',
  about:
    'a relay from the log to Kafka, with its checkpoint, against bare kafkajs sending commits that it has in memory',
  run: async (scale) => {
    const amount = scale.quick ? 20_000 : 100_000;
    const server = await kafka();
    return inFolder(async (folder) => {
      const log = await filledLog(folder, amount);
      const comparison = {
        name: 'kafka-relay',
        unit: 'commits/s',
        amount,
        goal: 0.85,
        ours: relaying(server, log, amount),
        reference: sending(server, log, amount),
      };
      const row = await compare(comparison, scale);
      await log.close();
      return [row];
    });
  },
};

export async function newKafkaTopic(server: KafkaConnection, partitions = PARTITIONS): Promise<string> {
  const topic = uniqueName('bench');
  await createKafkaTopics(server, [{ topic, partitions }]);
  return topic;
}

function relaying(server: KafkaConnection, log: SqliteEventStore, amount: number): Side {
  return async (folder) => {
    const topic = await newKafkaTopic(server);
    const bus = new KafkaMessageBus({ brokers: server.brokers.split(',') });
    const store = await SqlitePublicationStore.open({ file: join(folder, 'publication') });
    const topics = topicNaming({ topics: { order: topic, warm: topic } });
    const relay = new Relay({ bus, log, store, topics, owner: 'bench' });
    await bus.health();
    const milliseconds = await timed(() => relay.runUntilCaughtUp());
    await relay.stop();
    await bus.close();
    await store.close();
    await assertHas(server, topic, amount);
    return milliseconds;
  };
}

/** One request at a time, as an idempotent producer wants it. What it sends is read before, and is in nobody else's memory. */
function sending(server: KafkaConnection, log: SqliteEventStore, amount: number): Side {
  return async () => {
    const commits = await commitsOf(log);
    globalThis.gc?.();
    const topic = await newKafkaTopic(server);
    const producer = plainKafka(server).producer({ idempotent: true, allowAutoTopicCreation: false });
    const milliseconds = await timed(async () => {
      await producer.connect();
      for (let from = 0; from < commits.length; from += BATCH) {
        const messages = commits.slice(from, from + BATCH).map((commit) => ({
          key: commit.stream,
          value: bodyOf(commit, log.logId),
          headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
        }));
        await producer.send({ topic, acks: -1, messages });
      }
    });
    await producer.disconnect();
    await assertHas(server, topic, amount);
    return milliseconds;
  };
}

async function assertHas(server: KafkaConnection, topic: string, amount: number): Promise<void> {
  const found = await messagesInKafkaTopic(server, topic);
  if (found !== amount) throw new Error(`${found} of ${amount} commits are in the topic.`);
}
