import { SimpleConsumer } from 'rocketmq-client-nodejs';
import { beforeAll, describe, expect, test } from 'vitest';
import { sharedRocketMq, uniqueName, type RocketMqConnection } from '../../../../test/services/index.js';
import { startChild } from '../../../../test/support/children.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aGroup, aTopic, withAdmin } from './rocketmq-suite.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

async function topics(count: number, type: 'NORMAL' | 'TRANSACTION' = 'NORMAL'): Promise<readonly string[]> {
  return Promise.all(versions(1, count).map(() => aTopic(server, { type })));
}

describe('what rocketmq-client-nodejs 1.0.8 gets wrong, the bus gets right:', () => {
  test('it subscribes to eight topics, though the server settles the first before it knows the last', async () => {
    const bus = aBus(server);
    const all = await topics(8);
    const got = received();
    await bus.subscribe({ topics: all, group: uniqueName('group') }, got.handler);

    await bus.publish(all.map((topic, index) => aMessage(topic, 'a', index)));

    await until(() => new Set(got.ids).size === 8);
  });

  test('it answers for eight topics of half messages, whoever prepared them', async () => {
    const all = await topics(8, 'TRANSACTION');
    const [owner, other] = [aBus(server), aBus(server)];
    const asked = new Set<string>();
    await other.onCheck(all, async ({ topic }) => {
      asked.add(topic);
      return 'rollback';
    });

    for (const topic of all) await owner.prepare(aMessage(topic, 'a', 1));

    await until(() => asked.size === 8, { timeout: 60_000 });
  });

  test('it names an unknown topic among known ones at once, and is none the worse for it', async () => {
    const bus = aBus(server);
    const [known = ''] = await topics(1);
    const unknown = uniqueName('unknown');
    const refusal = { code: 'broker-refused', why: 'unknown-topic', retryable: false };
    const group = uniqueName('group');

    await expect(
      bus.subscribe({ topics: [known, unknown], group }, async () => undefined),
    ).rejects.toMatchObject(refusal);
    await expect(bus.publish([aMessage(unknown, 'a', 1)])).rejects.toMatchObject(refusal);
    await expect(bus.onCheck([unknown], async () => 'unknown')).rejects.toMatchObject(refusal);

    const got = received();
    await bus.subscribe({ topics: [known], group }, got.handler);
    await bus.publish([aMessage(known, 'a', 1)]);
    await until(() => got.ids.length === 1);
  });

  test('it takes names with dots and other characters that the server does not', async () => {
    const bus = aBus(server);
    const name = `${uniqueName('order')}.paid`;
    const topology = {
      topics: [{ name, kind: 'ordered' }],
      groups: [{ name: `billing of ${name}`, topics: [name], order: 'key' }],
    } as const;
    await bus.setup(topology);
    const seen: string[] = [];
    await bus.subscribe(
      { topics: [name], group: topology.groups[0].name },
      async ({ topic }) => void seen.push(topic),
    );

    await bus.publish([aMessage(name, 'a', 1)]);

    await until(() => seen.length === 1);
    expect(seen).toEqual([name]);
  });

  test('it refuses names that are too long instead of waiting for ever', async () => {
    const bus = aBus(server);
    const [topic = ''] = await topics(1);
    const long = 'x'.repeat(200);
    const refusal = { code: 'broker-refused', why: 'illegal-name' };

    await expect(bus.publish([aMessage(long, 'a', 1)])).rejects.toMatchObject(refusal);
    await expect(
      bus.subscribe({ topics: [topic], group: long }, async () => undefined),
    ).rejects.toMatchObject(refusal);
  });

  test('it refuses a message for a topic of another type by name', async () => {
    const bus = aBus(server, { topics: {} });
    const [topic = ''] = await topics(1);
    const refusal = { code: 'broker-refused', why: 'wrong-topic-type' };

    await expect(bus.publish([{ ...aMessage(topic, 'a', 1), delay: 5000 }])).rejects.toMatchObject(refusal);
    const configured = aBus(server, { topics: { [topic]: { type: 'FIFO' } } });
    await expect(configured.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject(refusal);
  });

  test('a handler that fails for ever never drifts into the dead letters, however few retries the group has', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'FIFO' });
    const group = await aGroup(server, { orderly: true, retryMax: 1 });
    const got = received();
    let failures = 0;
    await bus.subscribe(
      toGroup(topic, { group, onFailure: 'retry-for-ever', retry: { firstDelay: 10, maxDelay: 10 } }),
      async (message, context) => {
        if (++failures < 20) throw new Error('the read model is away');
        await got.handler(message, context);
      },
    );

    await bus.publish([aMessage(topic, 'a', 1)]);

    await until(() => got.ids.length === 1);
    expect(await bus.deadLetters(group).list()).toEqual([]);
  });

  test('a handler may take longer than the message stays hidden, with an orderly group that allows no retry', async () => {
    const topic = await aTopic(server, { type: 'FIFO' });
    const group = await aGroup(server, { orderly: true, retryMax: 0 });
    const bus = aBus(server, { invisibleDuration: 4000 });
    const got = received();
    const aborted: boolean[] = [];
    const end = performance.now() + 12_000;
    await bus.subscribe(toGroup(topic, { group }), async (message, context) => {
      await until(() => performance.now() > end);
      aborted.push(context.signal.aborted);
      await got.handler(message, context);
    });

    await bus.publish([aMessage(topic, 'a', 1), aMessage(topic, 'a', 2)]);

    await until(() => got.ids.length === 2, { timeout: 60_000 });
    expect([got.ids, aborted]).toEqual([
      ['a@1', 'a@2'],
      [false, false],
    ]);
    expect(await bus.deadLetters(group).list()).toEqual([]);
  });

  test('tag and keys are those that people look for', async () => {
    const bus = aBus(server);
    const [topic = ''] = await topics(1);
    const message = {
      ...aMessage(topic, 'order-1', 1),
      tag: 'order.paid',
      searchKeys: ['commit-7', 'order one'],
    };
    await bus.publish([message]);

    const ignore = (): void => undefined;
    const consumer = new SimpleConsumer({
      endpoints: server.endpoints,
      namespace: '',
      logger: { info: ignore, warn: ignore, error: ignore, debug: ignore },
      consumerGroup: uniqueName('group'),
      subscriptions: new Map([[topic, '*']]),
      awaitDuration: 5000,
    });
    await consumer.startup();
    const [found] = await until(async () => {
      const messages = await consumer.receive(1, 10_000);
      return messages.length > 0 ? messages : undefined;
    });
    await consumer.ack(found!);
    await consumer.shutdown();

    expect(found).toMatchObject({ tag: 'order.paid', keys: ['order-1', 'commit-7', 'order%20one'] });
    expect(await withAdmin(server, (admin) => admin.messagesIn(topic))).toBe(1);
  });

  test('a process that closes its bus ends by itself', async () => {
    const [topic = ''] = await topics(1);
    const script = new URL('close.child.ts', import.meta.url);
    const child = startChild(script, [
      JSON.stringify({ endpoints: server.endpoints, topic, group: uniqueName('group') }),
    ]);

    expect([await child.exited, child.stderr, child.messages]).toEqual([
      { code: 0, signal: null },
      '',
      ['handled', 'closed'],
    ]);
  });
});
