import type { Message, MessageHandler, SubscriptionOptions } from '@varve/bus';
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

export function aMessage(topic: string, key: string, version: number, data: unknown = { version }): Message {
  return {
    topic,
    key,
    event: {
      specversion: '1.0',
      id: `${key}@${version}`,
      source: 'urn:test',
      type: 'test.happened',
      subject: key,
      datacontenttype: 'application/json',
      data,
    },
  };
}

/** What a subscription has handled, as the events' ids. */
export interface Received {
  readonly ids: string[];
  of(key: string): readonly number[];
}

export function received(): Received & { readonly handler: MessageHandler } {
  const ids: string[] = [];
  return {
    ids,
    of: (key) => ids.filter((id) => id.startsWith(`${key}@`)).map((id) => Number(id.split('@')[1])),
    handler: async ({ event }) => {
      ids.push(event.id);
    },
  };
}

export function toTopic(topic: string, options: Partial<SubscriptionOptions> = {}): SubscriptionOptions {
  return { topics: [topic], group: uniqueName('group'), ...options };
}

/** `from` to `to`, both included. */
export function versions(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
