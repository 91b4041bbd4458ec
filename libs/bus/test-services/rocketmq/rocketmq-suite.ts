import { RocketMqMessageBus, type RocketMqMessageBusOptions } from '@varve/bus/rocketmq';
import {
  connectAdmin,
  uniqueName,
  type GroupOptions,
  type RocketMqAdmin,
  type RocketMqConnection,
  type TopicOptions,
} from '../../../../test/services/index.js';
import { afterTest } from '../../../../test/support/after-test.js';

const open = new Set<RocketMqMessageBus>();

/** All at the same time: each takes a while. */
async function closeAll(): Promise<void> {
  const buses = [...open];
  open.clear();
  await Promise.all(buses.map((bus) => bus.close()));
}

/** Closed after the test. Short polls, so that this is quick; time for an answer, since other servers start beside it. */
export function aBus(
  server: RocketMqConnection,
  options: Partial<RocketMqMessageBusOptions> = {},
): RocketMqMessageBus {
  const { endpoints, adminAddress } = server;
  const bus = new RocketMqMessageBus({
    endpoints,
    adminAddress,
    pollDuration: 1000,
    requestTimeout: 10_000,
    ...options,
  });
  if (open.size === 0) afterTest(closeAll);
  open.add(bus);
  return bus;
}

export async function aTopic(server: RocketMqConnection, options: TopicOptions = {}): Promise<string> {
  const topic = uniqueName('orders');
  await withAdmin(server, (admin) => admin.createTopic(topic, options));
  return topic;
}

export async function aGroup(server: RocketMqConnection, options: GroupOptions = {}): Promise<string> {
  const group = uniqueName('group');
  await withAdmin(server, (admin) => admin.createGroup(group, options));
  return group;
}

export async function withAdmin<Result>(
  server: RocketMqConnection,
  work: (admin: RocketMqAdmin) => Promise<Result>,
): Promise<Result> {
  const admin = await connectAdmin(server);
  try {
    return await work(admin);
  } finally {
    admin.close();
  }
}
