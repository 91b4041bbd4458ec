import { Producer, SimpleConsumer } from 'rocketmq-client-nodejs';
import { connectAdmin, uniqueName, type RocketMqConnection, type TopicType } from '../../services/index.ts';

/** Of rows at some thousand messages a second: each round takes several seconds. */
export const ROUNDS = 3;

const silent = (): void => undefined;

function options({ endpoints }: RocketMqConnection) {
  return {
    endpoints,
    namespace: '',
    requestTimeout: 5_000,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
  };
}

/** With one topic only: started with several, the bare client may wait for ever. */
export async function bareProducer(server: RocketMqConnection, topic: string): Promise<Producer> {
  const producer = new Producer({
    ...options(server),
    topics: [topic],
    checker: { check: () => Promise.resolve(UNDECIDED) },
  });
  await producer.startup();
  return producer;
}

/** As `TransactionResolution`. */
const UNDECIDED = 0;

export async function bareConsumer(
  server: RocketMqConnection,
  topic: string,
  group: string,
): Promise<SimpleConsumer> {
  const consumer = new SimpleConsumer({
    ...options(server),
    consumerGroup: group,
    subscriptions: new Map([[topic, '*']]),
    awaitDuration: 2_000,
  });
  await consumer.startup();
  return consumer;
}

export async function newTopic(server: RocketMqConnection, type: TopicType): Promise<string> {
  const topic = uniqueName('bench');
  const admin = await connectAdmin(server);
  await admin.createTopic(topic, { type });
  admin.close();
  return topic;
}

export async function newGroup(server: RocketMqConnection, orderly: boolean): Promise<string> {
  const group = uniqueName('bench');
  const admin = await connectAdmin(server);
  await admin.createGroup(group, { orderly, retryMax: 1_000 });
  admin.close();
  return group;
}

export async function assertHas(server: RocketMqConnection, topic: string, amount: number): Promise<void> {
  const admin = await connectAdmin(server);
  const found = await admin.messagesIn(topic);
  admin.close();
  if (found !== amount) throw new Error(`${found} of ${amount} commits are in the topic.`);
}
