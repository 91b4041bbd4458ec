import { beforeAll, describe, expect, test } from 'vitest';
import type { BusNotice } from '@varve/bus';
import { sharedKafka, uniqueName, type KafkaConnection } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup, versions } from '../messages.js';
import { aBus, aTopic, committed, createTopic } from './kafka-suite.js';

let server: KafkaConnection;
beforeAll(async () => {
  server = await sharedKafka();
});

const keys = Array.from({ length: 24 }, (_, index) => `key-${index}`);

describe('Kafka', () => {
  test('keeps a member whose handler takes three times its session, and hands its message over once', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server);
    const handed: string[] = [];
    const done: string[] = [];
    const options = toGroup(topic);
    await bus.subscribe(options, async ({ event }) => {
      handed.push(event.id);
      const end = performance.now() + 9_000;
      await until(() => performance.now() > end, { timeout: 20_000 });
      done.push(event.id);
    });
    await bus.publish([aMessage(topic, 'slow', 1)]);
    await until(() => done.length === 1, { timeout: 30_000 });
    expect(handed).toEqual(['slow@1']);
    await until(async () => (await committed(server, options.group, topic)) === 1);
  });

  test('goes on with other partitions, and with other keys of its own, while one key fails', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server);
    const got = received();
    let isMended = false;
    const subscription = await bus.subscribe(
      toGroup(topic, { retry: { retries: 1_000_000, firstDelay: 5, maxDelay: 50 } }),
      async (message, context) => {
        if (message.key === 'key-0' && !isMended) throw new Error('not yet');
        await got.handler(message, context);
      },
    );
    await bus.publish(keys.flatMap((key) => versions(1, 30).map((version) => aMessage(topic, key, version))));
    await until(() => got.ids.length === 23 * 30);
    expect(got.of('key-0')).toEqual([]);
    isMended = true;
    await until(() => got.ids.length === 24 * 30);
    for (const key of keys) expect(got.of(key)).toEqual(versions(1, 30));
    await until(() => subscription.status().inFlight === 0);
  });

  test('commits no further than the first message that is not handled, and repeats the others after that', async () => {
    const topic = await aTopic(server, 1);
    const bus = aBus(server, { drainTimeout: 0 });
    const options = toGroup(topic, { order: 'none' });
    const first = received();
    const subscription = await bus.subscribe(options, async (message, context) => {
      if (message.event.id === 'a@3') await new Promise(() => undefined);
      await first.handler(message, context);
    });
    await bus.publish(versions(1, 6).map((version) => aMessage(topic, 'a', version)));
    await until(async () => (await committed(server, options.group, topic)) === 2);
    await until(() => first.ids.length === 5);
    await subscription.close();
    const second = received();
    await aBus(server).subscribe(options, second.handler);
    await until(() => second.ids.length === 4);
    expect(second.ids).toEqual(['a@3', 'a@4', 'a@5', 'a@6']);
  });

  test('fetches no more while all that it may hand over is pending, and goes on with heartbeats', async () => {
    const topic = await aTopic(server);
    const bus = aBus(server, { sessionTimeout: 2_000 });
    const pending: (() => void)[] = [];
    const subscription = await bus.subscribe(toGroup(topic, { order: 'none', maxInFlight: 10 }), () => {
      return new Promise((resolve) => pending.push(resolve));
    });
    await bus.publish(keys.map((key) => aMessage(topic, key, 1)));
    await until(() => pending.length === 10);
    const end = performance.now() + 5_000;
    await until(() => performance.now() > end);
    expect([pending.length, subscription.status().inFlight]).toEqual([10, 10]);
    for (let released = 0; released < 24; released++) {
      await until(() => pending.length > released);
      pending[released]!();
    }
    await until(() => subscription.status().handled === 24);
    expect(pending.length).toBe(24);
  });

  test('shares the partitions anew when members come and go, and loses nothing', async () => {
    const topic = await aTopic(server, 8);
    const group = uniqueName('group');
    const publisher = aBus(server);
    const got = received();
    const member = () => aBus(server).subscribe({ topics: [topic], group }, got.handler);
    let version = 0;
    const publish = () =>
      publisher.publish(keys.map((key) => aMessage(topic, key, version + 1))).then(() => version++);
    const first = await member();
    const others = [];
    for (let round = 0; round < 3; round++) {
      await publish();
      others.push(await member());
      await publish();
    }
    await first.close();
    for (const other of others.slice(1)) {
      await publish();
      await other.close();
      await publish();
    }
    await until(() => new Set(got.ids).size === version * keys.length, { timeout: 30_000 });
    for (const key of keys) expect([...new Set(got.of(key))]).toEqual(versions(1, version));
  });

  test('hands a message that is already being handled to nobody again when a member joins', async () => {
    const topic = await aTopic(server, 2);
    const group = uniqueName('group');
    const handed: string[] = [];
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const bus = aBus(server);
    await bus.subscribe({ topics: [topic], group }, async ({ event }, { signal }) => {
      handed.push(event.id);
      await Promise.race([gate, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      if (signal.aborted) handed.push(`${event.id} lost`);
    });
    await bus.publish(keys.map((key) => aMessage(topic, key, 1)));
    await until(() => handed.length === keys.length);
    const second = received();
    await aBus(server).subscribe({ topics: [topic], group }, second.handler);
    await until(() => second.ids.length > 0);
    const lost = (): string[] =>
      handed.filter((id) => id.endsWith('lost')).map((id) => id.replace(' lost', ''));
    await until(() => second.ids.length === lost().length);
    release();
    await bus.close();
    expect(second.ids.toSorted()).toEqual(lost().toSorted());
    expect(handed.length - lost().length).toBe(keys.length);
  });

  test('splits a batch that its topic finds too large, and names the message that is', async () => {
    const topic = uniqueName('small');
    await createTopic(server, topic, 1, { 'max.message.bytes': '20000' });
    const bus = aBus(server);
    const got = received();
    await bus.subscribe(toGroup(topic), got.handler);
    const text = 'x'.repeat(5_000);
    await bus.publish(versions(1, 20).map((version) => aMessage(topic, 'a', version, text)));
    await until(() => got.ids.length >= 20);
    expect([...new Set(got.of('a'))]).toEqual(versions(1, 20));
    const large = aMessage(topic, 'a', 21, 'x'.repeat(30_000));
    await expect(bus.publish([large])).rejects.toMatchObject({ code: 'message-too-large', maxBytes: 20_000 });
    await bus.publish([aMessage(topic, 'a', 22)]);
    await until(() => got.ids.includes('a@22'));
  });

  test('delivers a delayed message whose publisher is gone', async () => {
    const topic = await aTopic(server);
    const delay = { topicPrefix: uniqueName('delayed') };
    const got = received();
    await aBus(server).subscribe(toGroup(topic), got.handler);
    const first = aBus(server, { delay });
    const published = performance.now();
    await first.publish([{ ...aMessage(topic, 'a', 2), delay: 2_000 }, aMessage(topic, 'a', 1)]);
    await first.close();
    const second = aBus(server, { delay });
    await second.subscribe(toGroup(topic), received().handler);
    await until(() => got.ids.length === 2, { timeout: 30_000 });
    expect(got.ids).toEqual(['a@1', 'a@2']);
    expect(performance.now() - published).toBeGreaterThan(1_995);
    await expect(second.publish([{ ...aMessage(topic, 'a', 3), delay: 1e9 }])).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'delay',
    });
  });

  test('gives up on a wrong address in the time that it is given, and says so', async () => {
    const notices: BusNotice[] = [];
    const bus = aBus({ brokers: '127.0.0.1:1' }, { connectTimeout: 1_000 });
    bus.onNotice((notice) => notices.push(notice));
    const begun = performance.now();
    const refused = { code: 'broker-unavailable', retryable: true };
    await expect(bus.publish([aMessage('any', 'a', 1)])).rejects.toMatchObject(refused);
    await expect(bus.subscribe(toGroup('any'), received().handler)).rejects.toMatchObject(refused);
    expect(await bus.health()).toMatchObject({ up: false, error: refused });
    expect(performance.now() - begun).toBeLessThan(6_000);
    expect(notices.map(({ kind }) => kind)).toEqual(['disconnected']);
  });
});
