import { join } from 'node:path';
import { Relay, topicNaming } from '@varve/bus';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import type { Commit } from '@varve/eventstore';
import type { SqliteEventStore } from '@varve/eventstore/sqlite';
import type { RocketMqConnection } from '../../services/index.ts';
import { compare, concurrently, inFolder, timed, type Benchmark, type Side } from '../measure.ts';
import { rocketMq } from './brokers.ts';
import { bodyOf, commitsOf, filledLog } from './commits.ts';
import { assertHas, bareProducer, newTopic, ROUNDS } from './rocketmq-client.ts';

const IN_FLIGHT = 64;

export const rocketMqRelay: Benchmark = {
  name: 'bus-rocketmq-relay',
  about: 'a relay from the log to a FIFO topic, against the bare client with as many sends in flight',
  run: async (scale) => {
    const amount = scale.quick ? 2_000 : 10_000;
    const server = await rocketMq();
    return inFolder(async (folder) => {
      const log = await filledLog(folder, amount);
      const comparison = {
        name: 'rocketmq-relay',
        unit: 'commits/s',
        amount,
        goal: 0.85,
        ours: relaying(server, log, amount),
        reference: sending(server, log.logId, await commitsOf(log)),
      };
      const row = await compare(comparison, { ...scale, rounds: ROUNDS });
      await log.close();
      return [row];
    });
  },
};

function relaying(server: RocketMqConnection, log: SqliteEventStore, amount: number): Side {
  return async (folder) => {
    const topic = await newTopic(server, 'FIFO');
    const bus = new RocketMqMessageBus({ endpoints: server.endpoints, publishConcurrency: IN_FLIGHT });
    const store = await SqlitePublicationStore.open({ file: join(folder, 'publication') });
    const relay = new Relay({
      bus,
      log,
      store,
      topics: topicNaming({ topics: { order: topic } }),
      owner: 'bench',
    });
    await bus.health();
    const milliseconds = await timed(() => relay.runUntilCaughtUp());
    await relay.stop();
    await bus.close();
    await store.close();
    await assertHas(server, topic, amount);
    return milliseconds;
  };
}

/** The client sends one message at a time and has no batches, so many of them are under way, each of another stream. */
function sending(server: RocketMqConnection, logId: string, commits: readonly Commit[]): Side {
  return async () => {
    const topic = await newTopic(server, 'FIFO');
    const producer = await bareProducer(server, topic);
    const milliseconds = await timed(() =>
      concurrently(commits.length, IN_FLIGHT, async (item) => {
        const commit = commits[item] as Commit;
        const { stream } = commit;
        const tag = commit.events[0]?.type ?? '';
        const body = bodyOf(commit, logId);
        await producer.send({ topic, body, tag, keys: [stream], messageGroup: stream });
      }),
    );
    await producer.shutdown();
    await assertHas(server, topic, commits.length);
    return milliseconds;
  };
}
