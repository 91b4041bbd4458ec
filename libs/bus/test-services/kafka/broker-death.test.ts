import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startKafka, type KafkaServer } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aTopic } from './kafka-suite.js';

let server: KafkaServer;
beforeAll(async () => {
  server = await startKafka();
});
afterAll(() => server.stop());

const keys = ['a', 'b', 'c', 'd', 'e', 'f'];

describe('a Kafka broker that is killed and comes back', () => {
  test('loses nothing that was confirmed, and each key keeps its order', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server, { publishTimeout: 120_000 });
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);
    const publishing = (async () => {
      for (const version of versions(1, 200))
        await bus.publish(keys.map((key) => aMessage(topic, key, version)));
    })();
    await until(() => got.ids.length > 60);
    await server.kill();
    await server.restart();
    // `publish` itself has waited for the broker.
    await publishing;
    await until(() => new Set(got.ids).size === 200 * keys.length, { timeout: 60_000, what: 'all messages' });
    for (const key of keys) expect([...new Set(got.of(key))]).toEqual(versions(1, 200));
  });

  test('leaves what is being handled to its handler, and loses nothing', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server);
    const got = received();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const subscription = await bus.subscribe(toGroup(topic), async (message, context) => {
      await gate;
      await got.handler(message, context);
    });
    await bus.publish(keys.map((key) => aMessage(topic, key, 1)));
    await until(() => subscription.status().inFlight === keys.length);
    await server.kill();
    await until(() => subscription.status().state === 'unavailable', { timeout: 30_000 });
    release();
    await until(() => got.ids.length === keys.length);
    await server.restart();
    await until(() => subscription.status().state === 'running', { timeout: 60_000 });
    await bus.publish(keys.map((key) => aMessage(topic, key, 2)));
    await until(() => keys.every((key) => got.of(key).includes(2)), { timeout: 60_000 });
    for (const key of keys) expect([...new Set(got.of(key))]).toEqual([1, 2]);
  });

  test('and one that is frozen is given up on in time; what was published then is published when it thaws', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server, { connectTimeout: 2_000, publishTimeout: 2_000 });
    const got = received();
    const subscription = await bus.subscribe(toGroup(topic), got.handler);
    await bus.publish([aMessage(topic, 'a', 1)]);
    await until(() => got.ids.length === 1);
    await server.pause();
    try {
      const begun = performance.now();
      await expect(bus.publish([aMessage(topic, 'a', 2)])).rejects.toMatchObject({ retryable: true });
      expect((await bus.health()).up).toBe(false);
      expect(performance.now() - begun).toBeLessThan(10_000);
    } finally {
      server.resume();
    }
    await until(
      () =>
        bus.publish([aMessage(topic, 'a', 3)]).then(
          () => true,
          () => false,
        ),
      { timeout: 30_000 },
    );
    await until(() => got.ids.includes('a@3'), { timeout: 60_000 });
    await until(() => subscription.status().state === 'running', { timeout: 60_000 });
  });
});
