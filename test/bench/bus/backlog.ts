import { join } from 'node:path';
import { Relay, Sequencer, topicNaming, type MessageBus } from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { startKafka, startRocketMq, uniqueName } from '../../services/index.ts';
import { until } from '../../support/until.ts';
import { inFolder, type Benchmark, type Row } from '../measure.ts';
import { newEvent, streamName, STREAMS } from '../payload.ts';
import { newKafkaTopic } from './kafka-relay.ts';
import { newGroup, newTopic } from './rocketmq-client.ts';
import { Sink } from './sink.ts';

interface Broker {
  kill(): Promise<void>;
  restart(): Promise<void>;
}

interface Setting {
  readonly name: string;
  readonly amount: number;
  readonly broker: Broker;
  readonly bus: () => MessageBus;
  readonly topic: string;
  readonly group: string;
}

const FULL = { kafka: 100_000, rocketmq: 100_000 };
const QUICK = { kafka: 10_000, rocketmq: 1_000 };

export const busBacklog: Benchmark = {
  name: 'bus-backlog',
  about:
    'what has gathered while a broker was killed: from its being ready again until all has gone out and come through',
  run: async ({ quick }) => {
    const amounts = quick ? QUICK : FULL;
    return [...(await throughKafka(amounts.kafka)), ...(await throughRocketMq(amounts.rocketmq))];
  },
};

/** A broker that is killed is nobody else's. */
async function throughKafka(amount: number): Promise<readonly Row[]> {
  const broker = await startKafka();
  try {
    const bus = (): KafkaMessageBus => new KafkaMessageBus({ brokers: [broker.brokers] });
    const topic = await newKafkaTopic(broker);
    return await drain({ name: 'kafka', amount, broker, bus, topic, group: uniqueName('bench') });
  } finally {
    await broker.stop();
  }
}

async function throughRocketMq(amount: number): Promise<readonly Row[]> {
  const broker = await startRocketMq();
  try {
    const { endpoints } = broker;
    const bus = (): RocketMqMessageBus => new RocketMqMessageBus({ endpoints, pollDuration: 2_000 });
    const [topic, group] = [await newTopic(broker, 'FIFO'), await newGroup(broker, false)];
    return await drain({ name: 'rocketmq', amount, broker, bus, topic, group });
  } finally {
    await broker.stop();
  }
}

function drain({ name, amount, broker, bus, topic, group }: Setting): Promise<readonly Row[]> {
  return inFolder(async (folder) => {
    const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    const store = await SqlitePublicationStore.open({ file: join(folder, 'publication') });
    const [publishing, consuming] = [bus(), bus()];
    const topics = topicNaming({ topics: { order: topic } });
    const relay = new Relay({ bus: publishing, log, store, topics, owner: 'bench' });
    relay.start();
    const sink = new Sink(
      new Sequencer({ bus: consuming, topics: [topic], group, log, startFrom: 'earliest' }),
    );
    sink.open(log.logId);
    await append(log, 0, STREAMS);
    await sink.reaches(STREAMS);

    await broker.kill();
    await append(log, STREAMS, amount);
    await broker.restart();
    const ready = performance.now();
    const out = until(() => relay.status().position >= STREAMS + amount, { timeout: 600_000, what: name });
    const published = out.then(() => performance.now() - ready);
    const through = sink.reaches(STREAMS + amount).then(() => performance.now() - ready);
    const times = await Promise.all([published, through]);

    await relay.stop();
    await sink.close();
    await Promise.all([publishing.close(), consuming.close()]);
    await log.close();
    await store.close();
    return rowsOf(name, amount, times);
  });
}

function rowsOf(
  name: string,
  amount: number,
  [published, through]: readonly [number, number],
): readonly Row[] {
  const label = `${name}-backlog-${amount.toLocaleString('en-US')}`;
  const row = (what: string, unit: string, ours: number): Row => {
    return { name: `${label}-${what}`, unit, ours, reference: null, ratio: null, goal: null };
  };
  return [
    row('published', 's (less is better)', published / 1_000),
    row('through', 's (less is better)', through / 1_000),
    row('rate', 'commits/s', (amount * 1_000) / through),
  ];
}

async function append(log: SqliteEventStore, from: number, amount: number): Promise<void> {
  const AT_A_TIME = 4_096;
  for (let done = 0; done < amount; done += AT_A_TIME) {
    const size = Math.min(AT_A_TIME, amount - done);
    await Promise.all(
      Array.from({ length: size }, (_, i) => {
        const item = from + done + i;
        return log.append(streamName(item % STREAMS), 'any', [newEvent(item)]);
      }),
    );
  }
}
