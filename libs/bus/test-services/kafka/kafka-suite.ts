import { KafkaMessageBus, type KafkaMessageBusOptions } from '@varve/bus/kafka';
import { uniqueName, withAdmin, type KafkaConnection } from '../../../../test/services/index.js';
import { afterTest } from '../../../../test/support/after-test.js';
import { until } from '../../../../test/support/until.js';

const open = new Set<KafkaMessageBus>();

/** All at the same time: each takes a while. */
async function closeAll(): Promise<void> {
  const buses = [...open];
  open.clear();
  await Promise.all(buses.map((bus) => bus.close()));
}

/** Closed after the test. Quick to notice that a member is gone. */
export function aBus(
  server: KafkaConnection,
  options: Partial<KafkaMessageBusOptions> = {},
): KafkaMessageBus {
  const bus = new KafkaMessageBus({ brokers: server.brokers.split(','), sessionTimeout: 3_000, ...options });
  if (open.size === 0) afterTest(closeAll);
  open.add(bus);
  return bus;
}

export async function aTopic(server: KafkaConnection, partitions = 4): Promise<string> {
  const topic = uniqueName('orders');
  await createTopic(server, topic, partitions);
  return topic;
}

/** Resolves when it can be used: a broker may not have heard yet of a topic that it has just agreed to. */
export async function createTopic(
  server: KafkaConnection,
  topic: string,
  numPartitions = 4,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
  await withAdmin(server, async (admin) => {
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions, configEntries }] });
    await until(async () => {
      const found = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => ({ topics: [] }));
      return found.topics[0]?.partitions.every(({ leader }) => leader >= 0);
    });
  });
}

/** How many messages of the topic the group has committed: those that nobody is given again. */
export async function committed(server: KafkaConnection, group: string, topic: string): Promise<number> {
  const [offsets] = await withAdmin(server, (admin) =>
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  );
  return offsets!.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}
