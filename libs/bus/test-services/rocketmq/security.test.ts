import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RocketMqMessageBus, RocketMqMessageBusOptions } from '@varve/bus/rocketmq';
import {
  startRocketMq,
  uniqueName,
  type RocketMqAdmin,
  type RocketMqServer,
} from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup } from '../messages.js';
import { aBus } from './rocketmq-suite.js';

let server: RocketMqServer;
let admin: RocketMqAdmin;
beforeAll(async () => {
  server = await startRocketMq({ accessControl: true, tls: true });
  admin = await server.admin();
});
afterAll(async () => {
  admin.close();
  await server.stop();
});

const secret = 'the-secret-of-the-shop';

/** A user with rights to a topic and a group of its own. */
async function aShop() {
  const [user, topic, group] = [uniqueName('shop'), uniqueName('orders'), uniqueName('billing')];
  await admin.createTopic(topic, { type: 'FIFO' });
  await admin.createGroup(group, { orderly: true });
  await admin.createUser(user, secret);
  await admin.grant(user, [
    { resource: `Topic:${topic}`, actions: ['Pub', 'Sub'] },
    { resource: `Group:${group}`, actions: ['Sub'] },
  ]);
  return { user, topic, group };
}

function aTrustingBus(user: string, options: Partial<RocketMqMessageBusOptions> = {}): RocketMqMessageBus {
  return aBus(server, {
    tls: { ca: readFileSync(server.certificate!) },
    credentials: { accessKey: user, accessSecret: secret },
    ...options,
  });
}

describe('RocketMQ with access control and TLS', () => {
  test('lets a user with the rights publish and subscribe', async () => {
    const { user, topic, group } = await aShop();
    const bus = aTrustingBus(user);
    const got = received();
    await bus.subscribe(toGroup(topic, { group }), got.handler);

    await bus.publish([aMessage(topic, 'a', 1)]);

    await until(() => got.ids.length === 1);
    expect(await bus.health()).toEqual({ up: true });
  });

  test('tells a wrong secret', async () => {
    const { user, topic, group } = await aShop();
    const bus = aTrustingBus(user, { credentials: { accessKey: user, accessSecret: 'guessed' } });
    const refusal = { code: 'broker-refused', why: 'wrong-credentials' };

    await expect(bus.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject(refusal);
    await expect(bus.subscribe(toGroup(topic, { group }), async () => undefined)).rejects.toMatchObject(
      refusal,
    );
    expect(await bus.health()).toMatchObject({ up: false, error: refusal });
  });

  test('tells an unknown user', async () => {
    const { topic } = await aShop();
    const bus = aTrustingBus('nobody');

    await expect(bus.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject({ why: 'wrong-credentials' });
  });

  test('tells a missing right to a topic, and to a group', async () => {
    const { user, topic } = await aShop();
    const other = await aShop();
    const bus = aTrustingBus(user);
    const refusal = { code: 'broker-refused', why: 'no-right' };

    await expect(bus.publish([aMessage(other.topic, 'a', 1)])).rejects.toMatchObject(refusal);
    await expect(
      bus.subscribe(toGroup(topic, { group: other.group }), async () => undefined),
    ).rejects.toMatchObject(refusal);
    await expect(bus.onCheck([other.topic], async () => 'unknown')).rejects.toMatchObject(refusal);
  });

  test('goes on with a secret that was changed while it ran', async () => {
    const { user, topic, group } = await aShop();
    let current = secret;
    const bus = aTrustingBus(user, { credentials: () => ({ accessKey: user, accessSecret: current }) });
    const got = received();
    await bus.subscribe(toGroup(topic, { group }), got.handler);
    await bus.publish([aMessage(topic, 'a', 1)]);

    await admin.changePassword(user, 'another-secret');
    await expect(bus.publish([aMessage(topic, 'a', 2)])).rejects.toMatchObject({ why: 'wrong-credentials' });
    current = 'another-secret';
    await bus.publish([aMessage(topic, 'a', 3)]);

    await until(() => got.of('a').includes(3), { timeout: 40_000 });
  });

  test('keeps, lists and redrives dead letters for a user with the right to them', async () => {
    const { user, topic, group } = await aShop();
    await admin.grant(user, [
      { resource: `Topic:%DLQ%${group}`, actions: ['Pub', 'Sub'] },
      { resource: `Group:${group}-dead-letters`, actions: ['Sub'] },
    ]);
    const bus = aTrustingBus(user);
    let isBroken = true;
    const got = received();
    await bus.subscribe(toGroup(topic, { group, retry: { retries: 0 } }), async (message, context) => {
      if (isBroken) throw new Error('not today');
      await got.handler(message, context);
    });
    await bus.publish([aMessage(topic, 'a', 1)]);

    const letter = await until(async () => (await bus.deadLetters(group).list())[0], { timeout: 40_000 });
    isBroken = false;
    expect(await bus.deadLetters(group).retry(letter.id)).toBe(true);

    await until(() => got.ids.length === 1);
  });

  test('sets up topics and groups as a user who may', async () => {
    const { username, password } = server.credentials!;
    const bus = aTrustingBus(username, {
      credentials: { accessKey: username, accessSecret: password },
      adminTls: { verify: false },
    });
    const name = uniqueName('orders');
    const topology = {
      topics: [{ name, kind: 'ordered' }],
      groups: [{ name, topics: [name], order: 'key' }],
    } as const;

    await bus.setup(topology);

    expect(await bus.inspect(topology)).toEqual([]);
  });

  test('tells a certificate that it does not trust', async () => {
    const { user, topic, group } = await aShop();
    const bus = aTrustingBus(user, { tls: true });
    const refusal = { code: 'broker-refused', why: 'certificate' };

    await expect(bus.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject(refusal);
    await expect(bus.subscribe(toGroup(topic, { group }), async () => undefined)).rejects.toMatchObject(
      refusal,
    );
  });

  test('cannot reach the server without TLS, and says so soon', async () => {
    const { user, topic } = await aShop();
    const { endpoints } = server;
    const bus = aTrustingBus(user, { tls: false, endpoints });

    await expect(bus.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject({
      code: 'broker-unavailable',
    });
  });
});
