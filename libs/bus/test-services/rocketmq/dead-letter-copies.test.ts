import { beforeAll, expect, test } from 'vitest';
import type { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { sharedRocketMq, type RocketMqConnection } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { sharedHarness } from './rocketmq-harness.js';
import { aMessage, toGroup } from '../messages.js';
import { aBus, aGroup, aTopic } from './rocketmq-suite.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

/** For which the server keeps what nobody gives back; and a little, since it looks once a second. */
const HIDDEN_FOR = 33_000;

/** What is left behind by a letter that came back although it was stored anew. */
async function storeCopies(group: string, id: string, count: number): Promise<void> {
  const broker = await sharedHarness(() => server).open();
  const copy = { topic: `%DLQ%${group}`, headers: { 'varve-dead-letter-id': id }, body: new Uint8Array([1]) };
  for (let i = 0; i < count; i += 1) await broker.sendRaw!(copy);
  await broker.dispose();
}

interface Given {
  readonly group: string;
  readonly id: string;
}

/** A group that has given up on one message. */
async function oneDeadLetter(): Promise<Given> {
  const bus = aBus(server);
  const [topic, group] = [await aTopic(server), await aGroup(server)];
  await bus.setup({ topics: [], groups: [{ name: group, topics: [topic], order: 'none' }] });
  const subscription = await bus.subscribe(toGroup(topic, { group, retry: { retries: 0 } }), async () => {
    throw new Error('out of ink');
  });
  await bus.publish([aMessage(topic, 'a', 1)]);
  await until(() => subscription.status().deadLettered === 1);
  await until(async () => (await bus.deadLetters(group).list()).length === 1, { timeout: 60_000 });
  const [letter] = await bus.deadLetters(group).list();
  await bus.close();
  return { group, id: letter?.id ?? '' };
}

async function idsIn(bus: RocketMqMessageBus, group: string): Promise<readonly string[]> {
  return (await bus.deadLetters(group).list()).map(({ id }) => id);
}

test('a dead letter that is stored more than once is one, and gone when it is discarded', async () => {
  const { group, id } = await oneDeadLetter();
  await storeCopies(group, id, 2);
  const bus = aBus(server);
  await until(async () => (await idsIn(bus, group)).length === 1, { timeout: 60_000 });
  const hiddenUntil = performance.now() + HIDDEN_FOR;
  expect(await idsIn(bus, group)).toEqual([id]);
  expect(await bus.deadLetters(group).discard(id)).toBe(true);
  await until(() => performance.now() > hiddenUntil, { timeout: 60_000 });
  expect(await idsIn(bus, group)).toEqual([]);
});

test('a copy of a dead letter that comes when that is discarded is none', async () => {
  const { group, id } = await oneDeadLetter();
  const bus = aBus(server);
  await until(async () => (await bus.deadLetters(group).find(id)) !== undefined, { timeout: 60_000 });
  expect(await bus.deadLetters(group).discard(id)).toBe(true);
  await storeCopies(group, id, 1);
  expect(await idsIn(bus, group)).toEqual([]);
});
