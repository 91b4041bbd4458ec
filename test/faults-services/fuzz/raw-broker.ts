import {
  deadLetterTopicOf,
  KAFKA_BINDING,
  ROCKETMQ_BINDING,
  type BusAdministration,
  type MessageBus,
  type WireBinding,
  type WireMessage,
} from '@varve/bus';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { Producer } from 'rocketmq-client-nodejs';
import {
  connectAdmin,
  messagesInKafkaTopic,
  plainKafka,
  sharedKafka,
  sharedRocketMq,
} from '../../services/index.ts';
import { kafkaOptions, rocketMqOptions } from '../parties/open-bus.ts';

/** A broker that is sent bytes as they are, past everything that would refuse them. */
export interface RawBroker {
  readonly bus: MessageBus & BusAdministration;
  readonly binding: WireBinding;
  /** In order, some at a time. */
  send(wires: readonly WireMessage[]): Promise<void>;
  /** How many dead letters of a group lie there, told by the broker. */
  storedDead(group: string): Promise<number>;
  close(): Promise<void>;
}

const AT_ONCE = 64;

export async function rawRocketMq(): Promise<RawBroker> {
  const connection = await sharedRocketMq();
  const { endpoints, adminAddress } = connection;
  const bus = new RocketMqMessageBus(rocketMqOptions({ kind: 'rocketmq', endpoints, adminAddress }));
  const ignore = (): void => undefined;
  const logger = { info: ignore, warn: ignore, error: ignore, debug: ignore };
  const producer = new Producer({ endpoints, namespace: '', logger, requestTimeout: 10_000 });
  await producer.startup();
  const sendOne = async ({ topic, key, headers, body }: WireMessage): Promise<void> => {
    const properties = new Map(Object.entries({ ...headers, ...(key && { 'varve-key': key }) }));
    await producer.send({ topic, properties, body: Buffer.from(body), keys: key ? [key] : [] });
  };
  return {
    bus,
    binding: ROCKETMQ_BINDING,
    async send(wires) {
      for (let from = 0; from < wires.length; from += AT_ONCE)
        await Promise.all(wires.slice(from, from + AT_ONCE).map(sendOne));
    },
    async storedDead(group) {
      const admin = await connectAdmin(connection);
      const queues = await admin.offsets(`%DLQ%${group}`).finally(() => admin.close());
      return queues.reduce((sum, { min, max }) => sum + max - min, 0);
    },
    async close() {
      await producer.shutdown();
      await bus.close();
    },
  };
}

export async function rawKafka(): Promise<RawBroker> {
  const server = await sharedKafka();
  const bus = new KafkaMessageBus(kafkaOptions({ kind: 'kafka', brokers: server.brokers }));
  const producer = plainKafka(server).producer();
  await producer.connect();
  return {
    bus,
    binding: KAFKA_BINDING,
    async send(wires) {
      const [first] = wires;
      if (!first) return;
      const messages = wires.map(({ key = null, headers, body }) => ({
        key,
        headers,
        value: Buffer.from(body),
      }));
      await producer.send({ topic: first.topic, messages });
    },
    storedDead: (group) => messagesInKafkaTopic(server, deadLetterTopicOf(group)),
    async close() {
      await producer.disconnect();
      await bus.close();
    },
  };
}
