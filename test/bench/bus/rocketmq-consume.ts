import { readCommitMessage, Sequencer } from '@varve/bus';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import type { LogReader } from '@varve/eventstore';
import type { RocketMqConnection } from '../../services/index.ts';
import { compare, inFolder, type Benchmark, type Side } from '../measure.ts';
import type { Measured } from '../payload.ts';
import { rocketMq } from './brokers.ts';
import { commitsOf, filledLog, messagesOf } from './commits.ts';
import { bareConsumer, newGroup, newTopic, ROUNDS } from './rocketmq-client.ts';
import { Sink } from './sink.ts';

/** Receive loops and messages at a time, as the bus has them for either kind of group. */
const PLAIN = { loops: 1, batch: 32, orderly: false } as const;
const ORDERLY = { loops: 16, batch: 1, orderly: true } as const;
const INVISIBLE = 30_000;

interface Source {
  readonly server: RocketMqConnection;
  readonly topic: string;
  readonly amount: number;
  readonly log: LogReader;
}

export const rocketMqConsume: Benchmark = {
  name: 'bus-rocketmq-consume',
  about:
    'RocketMQ, the sequencer and a sum in memory, against the bare SimpleConsumer with as many receive loops',
  run: async (scale) => {
    const amount = scale.quick ? 2_000 : 10_000;
    const server = await rocketMq();
    return inFolder(async (folder) => {
      const log = await filledLog(folder, amount);
      const topic = await newTopic(server, 'FIFO');
      const bus = new RocketMqMessageBus({ endpoints: server.endpoints });
      await bus.publish(messagesOf(await commitsOf(log), log.logId, topic));
      await bus.close();
      const source = { server, topic, amount, log };
      const common = { unit: 'commits/s', amount, goal: 0.85 };
      const plain = {
        name: 'rocketmq-consume',
        ours: sequencing(source),
        reference: receiving(source, PLAIN),
      };
      const orderly = {
        name: 'rocketmq-consume-fifo',
        ours: subscribing(source),
        reference: receiving(source, ORDERLY),
      };
      const rows = [
        await compare({ ...common, ...plain }, { ...scale, rounds: ROUNDS }),
        await compare({ ...common, ...orderly }, { ...scale, rounds: ROUNDS }),
      ];
      await log.close();
      return rows;
    });
  },
};

function busFor(server: RocketMqConnection): RocketMqMessageBus {
  return new RocketMqMessageBus({
    endpoints: server.endpoints,
    pollDuration: 2_000,
    orderedFetches: ORDERLY.loops,
    invisibleDuration: INVISIBLE,
  });
}

/** From the first commit to the last one, as on the other side. */
function sequencing({ server, topic, amount, log }: Source): Side {
  return async () => {
    const bus = busFor(server);
    const group = await newGroup(server, false);
    const sequencer = new Sequencer({ bus, topics: [topic], group, log, startFrom: 'earliest' });
    const sink = new Sink(sequencer);
    sink.open(log.logId);
    await sink.reaches(1);
    const began = performance.now();
    await sink.reaches(amount);
    const milliseconds = performance.now() - began;
    await sink.close();
    await bus.close();
    return milliseconds;
  };
}

function subscribing({ server, topic, amount }: Source): Side {
  return async () => {
    const bus = busFor(server);
    const group = await newGroup(server, true);
    const counting = new Counting(amount);
    await bus.subscribe({ topics: [topic], group }, async (message) => {
      const { events = [] } = readCommitMessage(message);
      counting.saw(events.map(({ data }) => data as Measured));
    });
    const milliseconds = await counting.done;
    await bus.close();
    return milliseconds;
  };
}

function receiving(
  { server, topic, amount }: Source,
  { loops, batch, orderly }: typeof PLAIN | typeof ORDERLY,
): Side {
  return async () => {
    const consumer = await bareConsumer(server, topic, await newGroup(server, orderly));
    const counting = new Counting(amount);
    const acknowledging = new Set<Promise<unknown>>();
    const loop = async (): Promise<void> => {
      while (!counting.isDone) {
        const messages = await consumer.receive(batch, INVISIBLE);
        for (const message of messages) {
          const { data } = JSON.parse(message.body.toString()) as { data: { events: { data: Measured }[] } };
          counting.saw(data.events.map((event) => event.data));
          const acknowledged = consumer.ack(message).finally(() => acknowledging.delete(acknowledged));
          acknowledging.add(acknowledged);
          if (orderly) await acknowledged;
        }
      }
    };
    const running = Promise.all(Array.from({ length: loops }, loop));
    const milliseconds = await counting.done;
    await running;
    await Promise.all(acknowledging);
    await consumer.shutdown();
    return milliseconds;
  };
}

class Counting {
  readonly done: Promise<number>;
  readonly #resolve: (milliseconds: number) => void;
  readonly #amount: number;
  #seen = 0;
  #cents = 0;
  #began = 0;

  constructor(amount: number) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.done = promise;
    this.#resolve = resolve;
    this.#amount = amount;
  }

  get isDone(): boolean {
    return this.#seen >= this.#amount;
  }

  saw(events: readonly Measured[]): void {
    if (this.#began === 0) this.#began = performance.now();
    for (const { amountCents } of events) this.#cents += amountCents;
    this.#seen += 1;
    if (this.isDone && this.#cents > 0) this.#resolve(performance.now() - this.#began);
  }
}
