import { beforeAll, describe, expect, test } from 'vitest';
import { sharedRocketMq, type RocketMqConnection } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aGroup, aTopic } from './rocketmq-suite.js';

let server: RocketMqConnection;
beforeAll(async () => {
  server = await sharedRocketMq();
});

describe('RocketMQ', () => {
  test('delivers what was published to a topic without order', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'NORMAL' });
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);

    await bus.publish(versions(1, 50).map((version) => aMessage(topic, `order-${version % 5}`, version)));

    await until(() => new Set(got.ids).size === 50);
  });

  test('delivers the messages of a key in the order of their publication on a FIFO topic', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'FIFO' });
    const group = await aGroup(server, { orderly: true });
    const got = received();
    await bus.subscribe(toGroup(topic, { group }), got.handler);

    const keys = ['a', 'b', 'c'];
    await bus.publish(versions(1, 30).flatMap((version) => keys.map((key) => aMessage(topic, key, version))));

    await until(() => got.ids.length === 90);
    for (const key of keys) expect(got.of(key)).toEqual(versions(1, 30));
  });

  test('delivers a delayed message when its time has come', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server, { type: 'DELAY' });
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);

    const published = performance.now();
    await bus.publish([{ ...aMessage(topic, 'a', 1), delay: 3000 }]);

    await until(() => got.ids.length === 1);
    expect(performance.now() - published).toBeGreaterThan(1900);
  });
});
