import { join } from 'node:path';
import { commitMessage, topicNaming, twoPhaseEventStore, TwoPhasePublisher } from '@varve/bus';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import type { RocketMqConnection } from '../../services/index.ts';
import { compare, concurrently, timed, type Benchmark, type Side } from '../measure.ts';
import { newEvent, streamName, STREAMS } from '../payload.ts';
import { rocketMq } from './brokers.ts';
import { bareProducer, newTopic, ROUNDS } from './rocketmq-client.ts';

const IN_FLIGHT = 64;

export const twoPhase: Benchmark = {
  name: 'bus-two-phase',
  about:
    'append in two phases, durably, against the bare client with a half message and its commit, and no log',
  run: async (scale) => {
    const amount = scale.quick ? 1_000 : 5_000;
    const server = await rocketMq();
    const comparison = {
      name: 'two-phase-append-64',
      unit: 'commits/s',
      amount,
      goal: 0.85,
      ours: appending(server, amount),
      reference: halfThenCommit(server, amount),
    };
    return [await compare(comparison, { ...scale, rounds: ROUNDS })];
  },
};

/** Until the last decision is at the broker, and recorded. */
function appending(server: RocketMqConnection, amount: number): Side {
  return async (folder) => {
    const topic = await newTopic(server, 'TRANSACTION');
    const bus = new RocketMqMessageBus({ endpoints: server.endpoints });
    const log = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    const store = await SqlitePublicationStore.open({ file: join(folder, 'publication') });
    const publisher = new TwoPhasePublisher({
      bus,
      log,
      store,
      categories: { order: 'two-phase' },
      topics: topicNaming({ topics: { order: topic } }),
      prepareTimeout: 30_000,
    });
    await publisher.start();
    const orders = twoPhaseEventStore(log, publisher);
    const milliseconds = await timed(async () => {
      await concurrently(amount, IN_FLIGHT, async (item) => {
        const version = Math.floor(item / STREAMS);
        const result = await orders.append(streamName(item % STREAMS), version, [newEvent(item)]);
        if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
      });
      await publisher.flush();
    });
    const { committed } = publisher.status();
    if (committed !== amount) throw new Error(`${committed} of ${amount} were committed.`);
    await publisher.close();
    await bus.close();
    await log.close();
    await store.close();
    return milliseconds;
  };
}

function halfThenCommit(server: RocketMqConnection, amount: number): Side {
  return async () => {
    const topic = await newTopic(server, 'TRANSACTION');
    const producer = await bareProducer(server, topic);
    const milliseconds = await timed(() =>
      concurrently(amount, IN_FLIGHT, async (item) => {
        const [stream, version] = [streamName(item % STREAMS), Math.floor(item / STREAMS) + 1];
        const commit = { stream, firstVersion: version, lastVersion: version, at: new Date() };
        const options = { logId: 'bench', topic };
        const { event } = commitMessage({ ...commit, events: [newEvent(item)] }, options);
        const transaction = producer.beginTransaction();
        const body = Buffer.from(JSON.stringify(event));
        await producer.send({ topic, body, tag: 'bench.measured', keys: [stream] }, transaction);
        await transaction.commit();
      }),
    );
    await producer.shutdown();
    return milliseconds;
  };
}
