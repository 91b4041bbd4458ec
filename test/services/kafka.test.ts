import { until } from '../support/until.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createKafkaTopics,
  messagesInKafkaTopic,
  plainKafka,
  startKafka,
  withAdmin,
  type KafkaServer,
} from './index.ts';

const once = { retry: { retries: 0 } };
const listTopics = async (admin: Admin) => admin.listTopics();

describe('a Kafka of one suite', () => {
  const data = mkdtempSync(join(tmpdir(), 'varve-kafka-'));
  let server: KafkaServer;

  beforeAll(async () => {
    server = await startKafka({ data, broker: { 'message.max.bytes': 12_345 } });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  it('keeps what was sent when its broker is killed', async () => {
    await createKafkaTopics(server, [{ topic: 'orders', partitions: 2 }]);
    await send('orders', ['one', 'two', 'three']);

    await server.kill();
    await expect(withAdmin(server, listTopics, once)).rejects.toThrow('ECONNREFUSED');
    await server.restart();

    expect(await messagesInKafkaTopic(server, 'orders')).toBe(3);
  });

  it('runs with the settings that it was given', async () => {
    await createKafkaTopics(server, [{ topic: 'small', partitions: 1 }]);

    await expect(send('small', ['x'.repeat(20_000)])).rejects.toMatchObject({ type: 'MESSAGE_TOO_LARGE' });
  });

  it('answers nobody while it is frozen, and everybody afterwards', async () => {
    await server.pause();
    const asked = withAdmin(server, listTopics, { ...once, requestTimeout: 500 });
    await expect(asked.finally(() => server.resume())).rejects.toThrow('timed out');

    // A broker that wakes up may break off the first connections, and kafkajs then reads the topics of `null`.
    const topics = () => withAdmin(server, listTopics).catch(() => undefined);
    expect(await until(topics, { what: 'an answer' })).toContain('orders');
  });

  it('starts with the data that another one left in its folder', async () => {
    await server.stop();

    server = await startKafka({ data });

    expect(await messagesInKafkaTopic(server, 'orders')).toBe(3);
  });

  it('tells that a port which it must have is taken, after it has tried others where it may', async () => {
    const port = Number(server.brokers.split(':')[1]);

    const started = startKafka({
      broker: {
        'controller.quorum.voters': `1@127.0.0.1:${port}`,
        listeners: `CLIENT://127.0.0.1:1,CONTROLLER://127.0.0.1:${port}`,
      },
    });

    await expect(started).rejects.toMatchObject({ code: 'port-taken' });
  });

  async function send(topic: string, values: readonly string[]): Promise<void> {
    const producer = plainKafka(server).producer();
    await producer.connect();
    try {
      await producer.send({ topic, messages: values.map((value) => ({ key: 'all', value })) });
    } finally {
      await producer.disconnect();
    }
  }
});
