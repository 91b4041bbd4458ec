import { KafkaMessageBus } from '@varve/bus/kafka';
import { createKafkaTopics, uniqueName } from '../../services/index.ts';
import { until } from '../../support/until.ts';
import { inFolder, type Benchmark, type Row } from '../measure.ts';
import { newEvent, streamName, STREAMS } from '../payload.ts';
import { kafka } from './brokers.ts';
import { heapInMegabytes, heapRows, SHARES } from './heap.ts';
import { openPipeline, type Pipeline } from './pipeline.ts';

/** Appends at a time, and how far they may be ahead of the read model. */
const AT_A_TIME = 1_000;
const MOST_AHEAD = 10_000;

export const busMemory: Benchmark = {
  name: 'bus-memory',
  about:
    'the heap of a process that appends, relays, consumes and applies, while a million commits pass through Kafka',
  run: async ({ quick }) => {
    const amount = quick ? 50_000 : 1_000_000;
    const server = await kafka();
    const topic = uniqueName('bench');
    // What was read may go: a million commits are not to fill somebody's disk.
    await createKafkaTopics(server, [
      { topic, partitions: 6, config: { 'retention.bytes': '50000000', 'segment.bytes': '10000000' } },
    ]);
    return inFolder(async (folder) => {
      const pipeline = await openPipeline({
        folder,
        bus: () => new KafkaMessageBus({ brokers: server.brokers.split(',') }),
        topic,
        group: uniqueName('bench'),
        mode: 'relay',
      });
      const heap: number[] = [];
      const began = performance.now();
      for (const share of SHARES) {
        await passUpTo(pipeline, share * amount);
        heap.push(heapInMegabytes(share * amount));
      }
      const seconds = (performance.now() - began) / 1_000;
      await pipeline.close();
      return [
        ...heapRows('bus-heap', heap, amount),
        row('bus-through-all-of-it', 'commits/s', amount / seconds),
      ];
    });
  },
};

async function passUpTo(pipeline: Pipeline, amount: number): Promise<void> {
  const { orders, relay } = pipeline;
  let from = await orders.head();
  while (from < amount) {
    const first = from;
    await Promise.all(
      Array.from({ length: AT_A_TIME }, (_, i) =>
        orders.append(streamName((first + i) % STREAMS), 'any', [newEvent(first + i)]),
      ),
    );
    from += AT_A_TIME;
    const least = from - MOST_AHEAD;
    await until(() => relay.status().position >= least, { timeout: 120_000, what: 'the relay' });
    await until(async () => (await applied(pipeline)) >= least, { timeout: 120_000, what: 'the read model' });
  }
  await until(async () => (await applied(pipeline)) >= amount, { timeout: 120_000, what: 'the read model' });
}

/** Over the bus, and by the walk along the log. */
async function applied({ projector }: Pipeline): Promise<number> {
  const { projections } = await projector.status();
  const here = projections[0]?.live?.here;
  return Math.max(here?.position ?? 0, here?.feed?.applied ?? 0);
}

function row(name: string, unit: string, ours: number): Row {
  return { name, unit, ours, reference: null, ratio: null, goal: null };
}
