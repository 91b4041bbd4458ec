import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BusNotice } from '@varve/bus';
import { startRocketMq, uniqueName, type RocketMqServer } from '../../../../test/services/index.js';
import { startChild } from '../../../../test/support/children.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aGroup, aTopic, withAdmin } from './rocketmq-suite.js';

let server: RocketMqServer;
beforeAll(async () => {
  server = await startRocketMq();
});
afterAll(async () => server.stop());

const succeeds = (work: () => Promise<void>) => () =>
  work().then(
    () => true,
    () => false,
  );

describe('RocketMQ', () => {
  test('is asked in vain while it is frozen, says so soon, and goes on when it thaws', async () => {
    const bus = aBus(server, { requestTimeout: 3000 });
    const topic = await aTopic(server);
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);
    await bus.publish([aMessage(topic, 'a', 1)]);

    await server.pause();
    try {
      const began = performance.now();
      await expect(bus.publish([aMessage(topic, 'a', 2)])).rejects.toMatchObject({
        code: 'publish-not-confirmed',
        retryable: true,
      });
      expect(performance.now() - began).toBeLessThan(9000);
      expect(await bus.health()).toMatchObject({ up: false });
      await expect(bus.subscribe(toGroup(topic), got.handler)).rejects.toMatchObject({
        code: 'broker-unavailable',
      });
    } finally {
      server.resume();
    }

    await until(async () => (await bus.health()).up);
    // A broker that has just woken up may take longer than the bus waits.
    await until(
      succeeds(() => bus.publish([aMessage(topic, 'a', 3)])),
      { timeout: 60_000 },
    );
    await until(() => got.of('a').includes(1) && got.of('a').includes(3), { timeout: 60_000 });
  });

  test('lets a bus be closed while it is frozen', async () => {
    const bus = aBus(server, { requestTimeout: 3000 });
    const topic = await aTopic(server);
    await bus.subscribe(toGroup(topic), async () => undefined);
    await bus.publish([aMessage(topic, 'a', 1)]);

    await server.pause();
    try {
      await bus.close();
    } finally {
      server.resume();
    }
  });

  test('lets a process end by itself that closes its bus while the broker is frozen', async () => {
    const topic = await aTopic(server);
    const script = new URL('close-frozen.child.ts', import.meta.url);
    const child = startChild(script, [
      JSON.stringify({ endpoints: server.endpoints, topic, group: uniqueName('group') }),
    ]);
    await child.heard((message): message is string => message === 'connected', 'its connection', 60_000);

    await server.pause();
    try {
      child.say('close');
      expect([await child.exited, child.stderr]).toEqual([{ code: 0, signal: null }, '']);
    } finally {
      server.resume();
    }
  });

  test('keeps half messages and confirmed ones when it is killed, and asks again when it is back', async () => {
    const bus = aBus(server);
    const [topic, halves] = [
      await aTopic(server, { type: 'FIFO' }),
      await aTopic(server, { type: 'TRANSACTION' }),
    ];
    const group = await aGroup(server, { orderly: true });
    const [got, decided] = [received(), received()];
    await bus.subscribe(toGroup(topic, { group }), got.handler);
    await bus.subscribe(toGroup(halves), decided.handler);
    await bus.publish(versions(1, 20).map((version) => aMessage(topic, 'a', version)));
    const asked: string[] = [];
    await bus.onCheck([halves], async ({ event }) => {
      asked.push(event.id);
      return event.id === 'b@1' ? 'commit' : 'unknown';
    });
    const half = await bus.prepare(aMessage(halves, 'c', 1));
    await bus.prepare(aMessage(halves, 'b', 1));

    await server.restart();
    await until(
      succeeds(() => bus.publish([aMessage(topic, 'a', 21)])),
      { timeout: 60_000 },
    );
    // A proxy that has started anew takes the owner's word once the broker has asked about the message.
    await until(
      succeeds(() => half.commit()),
      { timeout: 60_000 },
    );

    await until(() => new Set([...decided.ids, ...got.ids]).size === 23, { timeout: 60_000 });
    expect([...new Set(got.of('a'))]).toEqual(versions(1, 21));
    expect(asked).toContain('b@1');
  });

  test('raises an alarm when the broker has given up asking about a half message', async () => {
    await withAdmin(server, (admin) => admin.setBrokerConfig({ transactionCheckMax: 1 }));
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'TRANSACTION' });
    const alarms: BusNotice[] = [];
    bus.onNotice((notice) => notice.kind === 'trouble' && alarms.push(notice));
    await bus.onCheck([topic], async () => 'unknown');
    await bus.prepare(aMessage(topic, 'a', 1));

    await until(async () => (await bus.health()).up && alarms.some(({ kind }) => kind === 'trouble'), {
      timeout: 60_000,
    });

    const problems = await bus.inspect({ topics: [{ name: topic, kind: 'transactional' }], groups: [] });
    expect(problems).toMatchObject([{ subject: 'topic TRANS_CHECK_MAX_TIME_TOPIC' }]);
  });
});
