import { beforeAll, describe, expect, test } from 'vitest';
import { sharedKafka, type KafkaConnection } from '../../../../test/services/index.js';
import { countHeld } from '../../../../test/support/held.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aTopic } from './kafka-suite.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

describe('Kafka', () => {
  test('delivers the messages of a key in the order of their publication', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server);
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);
    const keys = ['a', 'b', 'c'];
    for (const version of versions(1, 50)) {
      void bus.publish(keys.map((key) => aMessage(topic, key, version)));
    }
    await until(() => got.ids.length === 150);
    for (const key of keys) expect(got.of(key)).toEqual(versions(1, 50));
  });

  test('keeps nothing of a subscription that was closed', async () => {
    const bus = aBus(server);
    const topic = await aTopic(server);
    const closed: WeakRef<object>[] = [];
    for (let i = 0; i < 6; i++) {
      const subscription = await bus.subscribe(toGroup(topic), async () => undefined);
      await subscription.close();
      closed.push(new WeakRef(subscription));
    }
    // The driver may still hold what it answered last.
    expect(await countHeld(closed)).toBeLessThan(3);
  }, 60_000);
});
