import { Sequencer } from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import type { SqliteEventStore } from '@varve/eventstore/sqlite';
import { plainKafka, uniqueName, type KafkaConnection } from '../../services/index.ts';
import { compare, inFolder, type Benchmark, type Side } from '../measure.ts';
import type { Measured } from '../payload.ts';
import { kafka } from './brokers.ts';
import { commitsOf, filledLog, messagesOf } from './commits.ts';
import { newKafkaTopic } from './kafka-relay.ts';
import { Sink } from './sink.ts';

export const kafkaConsume: Benchmark = {
  name: 'bus-kafka-consume',
  about:
    'Kafka, the sequencer and a sum in memory, acknowledged, against bare kafkajs with JSON.parse and the same sum',
  run: async (scale) => {
    const amount = scale.quick ? 20_000 : 100_000;
    const server = await kafka();
    return inFolder(async (folder) => {
      const log = await filledLog(folder, amount);
      const topic = await newKafkaTopic(server);
      const bus = new KafkaMessageBus({ brokers: server.brokers.split(',') });
      await bus.publish(messagesOf(await commitsOf(log), log.logId, topic));
      await bus.close();
      const source = { server, topic, amount };
      const comparison = {
        name: 'kafka-consume',
        unit: 'commits/s',
        amount,
        goal: 0.85,
        ours: sequencing(source, log),
        reference: consuming(source),
      };
      const row = await compare(comparison, scale);
      await log.close();
      return [row];
    });
  },
};

interface Source {
  readonly server: KafkaConnection;
  readonly topic: string;
  readonly amount: number;
}

/** From the moment in which the group was joined to the last commit, on either side: the first fetch counts like any other. */
function sequencing({ server, topic, amount }: Source, log: SqliteEventStore): Side {
  return async () => {
    const bus = new KafkaMessageBus({ brokers: server.brokers.split(',') });
    const sequencer = new Sequencer({
      bus,
      topics: [topic],
      group: uniqueName('bench'),
      log,
      startFrom: 'earliest',
    });
    const sink = new Sink(sequencer);
    const joined = new Promise<number>((resolve) => {
      bus.onNotice(({ kind }) => kind === 'connected' && resolve(performance.now()));
    });
    sink.open(log.logId);
    const began = await joined;
    await sink.reaches(amount);
    const milliseconds = performance.now() - began;
    await sink.close();
    await bus.close();
    return milliseconds;
  };
}

function consuming({ server, topic, amount }: Source): Side {
  return async () => {
    const consumer = plainKafka(server).consumer({ groupId: uniqueName('bench'), maxWaitTimeInMs: 250 });
    let [seen, cents, began] = [0, 0, 0];
    consumer.on(consumer.events.GROUP_JOIN, () => (began = performance.now()));
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const milliseconds = await new Promise<number>((resolve, reject) => {
      const work = consumer.run({
        partitionsConsumedConcurrently: 64,
        eachBatch: async ({ batch, resolveOffset, commitOffsetsIfNecessary }) => {
          for (const { value, offset } of batch.messages) {
            const { data } = JSON.parse(value?.toString() ?? '') as {
              data: { events: { data: Measured }[] };
            };
            for (const event of data.events) cents += event.data.amountCents;
            seen += 1;
            resolveOffset(offset);
          }
          await commitOffsetsIfNecessary();
          if (seen >= amount) resolve(performance.now() - began);
        },
      });
      work.catch(reject);
    });
    await consumer.disconnect();
    if (cents === 0) throw new Error('Nothing was added up.');
    return milliseconds;
  };
}
