import { beforeAll, describe, expect, test } from 'vitest';
import { sharedRocketMq, type RocketMqConnection } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup } from '../messages.js';
import { aBus, aTopic } from './rocketmq-suite.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

describe('RocketMQ', () => {
  test('shows a half message to nobody until it is committed, and never what was rolled back', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'TRANSACTION' });
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);

    const [first, second, third] = [
      await bus.prepare(aMessage(topic, 'a', 1)),
      await bus.prepare(aMessage(topic, 'a', 2)),
      await bus.prepare(aMessage(topic, 'a', 3)),
    ];
    await second.rollback();
    await third.commit();
    await until(() => got.ids.length === 1);
    await first.commit();
    await until(() => got.ids.length === 2);

    expect(got.ids).toEqual(['a@3', 'a@1']);
  });

  test('publishes on a transaction topic by a half message and its commit', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'TRANSACTION' });
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);

    await bus.publish([aMessage(topic, 'a', 1)]);

    await until(() => got.ids.length === 1);
  });

  test('asks an instance that never prepared anything about the half message of another', async () => {
    const topic = await aTopic(server, { type: 'TRANSACTION' });
    const owner = aBus(server);
    const got = received();
    await owner.subscribe(toGroup(topic), got.handler);
    await owner.prepare(aMessage(topic, 'a', 1));

    const asked: string[] = [];
    await aBus(server).onCheck([topic], async ({ event }) => {
      asked.push(event.id);
      return 'commit';
    });

    await until(() => got.ids.length === 1);
    expect(asked).toContain('a@1');
  });
});
