import { scheduler } from 'node:timers/promises';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { until } from '../../support/until.ts';
import { inFolder, median, percentile, type Benchmark, type Row } from '../measure.ts';
import { EVENT_TYPE, newEvent, streamName } from '../payload.ts';
import { countingProjection } from '../rebuilding.ts';
import { uniqueName } from '../../services/index.ts';
import { kafka, rocketMq } from './brokers.ts';
import { newKafkaTopic } from './kafka-relay.ts';
import { openPipeline, type PipelineOptions } from './pipeline.ts';
import { newTopic, ROUNDS } from './rocketmq-client.ts';

/** Milliseconds between two appends, each to another stream: a service that has something to do, and not too much. */
const PACE = 10;

type Way = Pick<PipelineOptions, 'bus' | 'topic' | 'group' | 'mode'>;

export const busLatency: Benchmark = {
  name: 'bus-latency',
  about:
    'from the call of append to a read model that shows it, 100 appends a second, log and read model in SQLite',
  run: async ({ quick }) => {
    const ways: Readonly<Record<string, () => Promise<Way>>> = {
      'rocketmq-relay': () => rocketMqWay('relay'),
      'rocketmq-two-phase': () => rocketMqWay('two-phase'),
      'kafka-relay': kafkaWay,
    };
    const measured = new Map<string, number[][]>(Object.keys(ways).map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, way] of Object.entries(ways)) {
        const times = await inFolder(async (folder) =>
          appendToApplied({ ...(await way()), folder }, quick ? 200 : 1_000),
        );
        measured.get(name)?.push(times);
      }
    }
    return [...measured].flatMap(([name, all]) => [
      row(`${name}-applied-p50`, median(all.map((times) => percentile(times, 0.5)))),
      row(`${name}-applied-p99`, median(all.map((times) => percentile(times, 0.99)))),
    ]);
  },
};

function row(name: string, ours: number): Row {
  return { name, unit: 'ms (less is better)', ours, reference: null, ratio: null, goal: null };
}

async function rocketMqWay(mode: Way['mode']): Promise<Way> {
  const server = await rocketMq();
  const topic = await newTopic(server, mode === 'relay' ? 'FIFO' : 'TRANSACTION');
  const bus = (): RocketMqMessageBus =>
    new RocketMqMessageBus({ endpoints: server.endpoints, adminAddress: server.adminAddress });
  return { bus, topic, group: uniqueName('bench'), mode };
}

async function kafkaWay(): Promise<Way> {
  const server = await kafka();
  const bus = (): KafkaMessageBus => new KafkaMessageBus({ brokers: server.brokers.split(',') });
  return { bus, topic: await newKafkaTopic(server), group: uniqueName('bench'), mode: 'relay' };
}

/** A commit counts as applied when the transaction that applied it is over. */
async function appendToApplied(
  options: Omit<PipelineOptions, 'projection'>,
  amount: number,
): Promise<number[]> {
  const appended = new Map<string, number>();
  const inTransaction: string[] = [];
  const times: number[] = [];
  const counting = countingProjection();
  const pipeline = await openPipeline({
    ...options,
    projection: {
      ...counting,
      handles: [EVENT_TYPE],
      categories: ['order'],
      apply: async (events, tx) => {
        await counting.apply(events, tx);
        inTransaction.push(...events.map(({ stream }) => stream));
      },
    },
    onEvent: ({ kind }) => {
      if (kind !== 'progressed') return;
      for (const stream of inTransaction.splice(0))
        times.push(performance.now() - (appended.get(stream) ?? 0));
    },
  });
  const first = performance.now();
  for (let i = 0; i < amount; i++) {
    await scheduler.wait(Math.max(0, first + i * PACE - performance.now()));
    const stream = streamName(i);
    appended.set(stream, performance.now());
    void pipeline.orders.append(stream, 0, [newEvent(i)]);
  }
  await until(() => times.length >= amount, { timeout: 60_000, what: 'the last commit' });
  await pipeline.close();
  return times;
}
