import { beforeAll, describe, expect, test } from 'vitest';
import type { BusNotice, BusTopology } from '@varve/bus';
import { sharedRocketMq, uniqueName, type RocketMqConnection } from '../../../../test/services/index.js';
import { RemotingConnection } from '../../../../test/services/rocketmq/remoting.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, toGroup } from '../messages.js';
import { aBus, aGroup, aTopic, withAdmin } from './rocketmq-suite.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

function aTopology(): BusTopology {
  const [order, payment, group] = [uniqueName('order'), uniqueName('payment'), uniqueName('billing')];
  return {
    topics: [
      { name: order, kind: 'ordered', lanes: 4 },
      { name: payment, kind: 'transactional' },
    ],
    groups: [{ name: group, topics: [order, payment], order: 'key' }],
  };
}

describe('the administration of RocketMQ', () => {
  test('creates topics of the right type and groups that keep the order, with a place for dead letters', async () => {
    const topology = aTopology();
    const [order, payment] = topology.topics;
    const [group] = topology.groups;

    const { created, existing } = await aBus(server).setup(topology);

    expect([created.toSorted(), existing]).toEqual([
      [
        `group ${group!.name}`,
        `group ${group!.name}-dead-letters`,
        `topic %DLQ%${group!.name}`,
        `topic ${order!.name}`,
        `topic ${payment!.name}`,
      ].toSorted(),
      [],
    ]);
    await withAdmin(server, async (admin) => {
      expect(await admin.topicType(order!.name)).toBe('FIFO');
      expect(await admin.topicType(payment!.name)).toBe('TRANSACTION');
      expect(await admin.offsets(order!.name)).toHaveLength(4);
    });
  });

  test('says which topic is of the wrong type, and which group keeps no order or gives up by itself', async () => {
    const topic = await aTopic(server, { type: 'NORMAL' });
    const group = await aGroup(server, { orderly: false, retryMax: 16 });

    const problems = await aBus(server).inspect({
      topics: [{ name: topic, kind: 'ordered' }],
      groups: [{ name: group, topics: [topic], order: 'key' }],
    });

    expect(problems).toMatchObject([
      { subject: `topic ${topic}`, problem: 'it is of type NORMAL, and must be FIFO' },
      { subject: `group ${group}`, problem: expect.stringContaining('not orderly') },
      { subject: `group ${group}`, problem: expect.stringContaining('after 16 deliveries') },
    ]);
    for (const { whatToDo } of problems) expect(whatToDo).toContain('mqadmin update');
  });

  test('answers exact commands where it does not know the brokers, and still tells topics', async () => {
    const { endpoints } = server;
    const topology = aTopology();
    const bus = aBus(server, { endpoints, adminAddress: '' });
    const [order] = topology.topics;
    const [group] = topology.groups;

    const { created, commands } = await bus.setup(topology);

    const cluster = '-c "${ROCKETMQ_CLUSTER:-DefaultCluster}"';
    expect(created).toEqual([]);
    expect(commands).toContain(
      `mqadmin updateTopic ${cluster} -t '${order!.name}' -r 4 -w 4 -p 6 -a +message.type=FIFO`,
    );
    expect(commands).toContain(`mqadmin updateSubGroup ${cluster} -g '${group!.name}' -o true -r 1000000`);
    expect(await bus.inspect(topology)).toMatchObject([
      { subject: `topic ${order!.name}`, problem: 'it does not exist' },
      { problem: 'it does not exist' },
    ]);
  });

  test('is needed for a group that is to start with what comes from now on', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server, { adminAddress: '' });

    await expect(
      bus.subscribe(toGroup(topic, { startFrom: 'latest' }), async () => undefined),
    ).rejects.toMatchObject({ code: 'invalid-options', option: 'startFrom' });
  });

  test('is what a subscriber is pointed to whose group keeps no order', async () => {
    const topic = await aTopic(server, { type: 'FIFO' });
    const bus = aBus(server);
    const notices: BusNotice[] = [];
    bus.onNotice((notice) => notices.push(notice));

    await bus.subscribe(
      toGroup(topic, { group: await aGroup(server, { orderly: false }) }),
      async () => undefined,
    );

    expect(notices).toMatchObject([
      { kind: 'trouble', error: { message: expect.stringContaining('-o true') } },
    ]);
  });

  test('is unavailable, not silent, where no broker answers', async () => {
    const bus = aBus(server, { adminAddress: '127.0.0.1:1' });

    await expect(bus.setup(aTopology())).rejects.toMatchObject({
      code: 'broker-unavailable',
      retryable: true,
    });
  });

  test("finds a commit by its stream and by its id with the broker's own tools", async () => {
    const topic = await aTopic(server, { type: 'FIFO' });
    const bus = aBus(server);
    await bus.publish([{ ...aMessage(topic, 'order-17', 1), searchKeys: ['commit-4711'] }]);
    const queryMessage = 12;
    const connection = await RemotingConnection.open(server.adminAddress);
    const find = (key: string): Promise<string | undefined> => {
      const fields = { topic, key, maxNum: 32, beginTimestamp: 0, endTimestamp: Date.now() + 60_000 };
      return connection.call(queryMessage, fields).then(
        ({ body }) => body.toString('utf8'),
        () => undefined,
      );
    };

    for (const key of ['order-17', 'commit-4711']) {
      expect(await until(() => find(key), { what: `the index of ${key}` })).toContain('"id":"order-17@1"');
    }
    expect(await find('order-18')).toBeUndefined();
    connection.close();
  });
});
