import { MessageRejectedError } from '@varve/bus';
import { beforeAll, expect, test } from 'vitest';
import { sharedKafka, type KafkaConnection } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aTopic } from './kafka-suite.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

/** A pass over the topic takes half a second, so that one for each letter would not come to an end in the time of a test. */
test('two hundred dead letters on Kafka are published again, and discarded, in a few passes over their topic', async () => {
  const topic = await aTopic(server);
  const bus = aBus(server);
  const options = toGroup(topic);
  const [got, all] = [received(), versions(1, 200).map((version) => `order@${version}`)];
  let isMended = false;
  const subscription = await bus.subscribe(options, async (message, context) => {
    if (!isMended) throw new MessageRejectedError('not understood yet');
    await got.handler(message, context);
  });
  const givenUp = async (times: number) => {
    await bus.publish(versions(1, 200).map((version) => aMessage(topic, 'order', version)));
    await until(() => subscription.status().deadLettered === times * 200, { timeout: 30_000 });
  };

  await givenUp(1);
  const letters = bus.deadLetters(options.group);
  const first = await letters.list({ limit: 1_000 });
  isMended = true;
  for (const { id } of first) expect(await letters.retry(id)).toBe(true);
  await until(() => got.ids.length === 200);
  expect(got.ids.toSorted()).toEqual(all.toSorted());
  expect(await letters.list()).toEqual([]);

  isMended = false;
  await givenUp(2);
  for (const { id } of await letters.list({ limit: 1_000 })) expect(await letters.discard(id)).toBe(true);
  expect(await letters.list()).toEqual([]);
});
