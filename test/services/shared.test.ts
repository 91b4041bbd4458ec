import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  connectAdmin,
  createKafkaTopics,
  messagesInKafkaTopic,
  sharedKafka,
  sharedRocketMq,
  uniqueName,
} from './index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the servers that all suites share', () => {
  it('has a RocketMQ whose topics have the type that they were created with', async () => {
    const admin = await connectAdmin(await sharedRocketMq());
    const topic = uniqueName('shared');

    await admin.createTopic(topic, { type: 'TRANSACTION', queues: 2 });

    expect(await admin.topicType(topic)).toBe('TRANSACTION');
    expect(await admin.offsets(topic)).toEqual([
      { queue: 0, min: 0, max: 0 },
      { queue: 1, min: 0, max: 0 },
    ]);
    await admin.deleteTopic(topic);
    admin.close();
  });

  it('has a Kafka that creates topics', async () => {
    const kafka = await sharedKafka();
    const topic = uniqueName('shared');

    await createKafkaTopics(kafka, [{ topic, partitions: 2 }]);

    expect(await messagesInKafkaTopic(kafka, topic)).toBe(0);
  });

  it('are those that the environment names, where it does', async () => {
    vi.stubEnv('VARVE_ROCKETMQ_ENDPOINTS', 'rocketmq.test:8081');
    vi.stubEnv('VARVE_ROCKETMQ_ADMIN', 'rocketmq.test:10911');
    vi.stubEnv('VARVE_KAFKA_BROKERS', 'one.test:9092,two.test:9092');

    expect(await sharedRocketMq()).toEqual({
      endpoints: 'rocketmq.test:8081',
      adminAddress: 'rocketmq.test:10911',
    });
    expect(await sharedKafka()).toEqual({ brokers: 'one.test:9092,two.test:9092' });
  });

  it('cannot be had by half of an address, or without a run that starts them', async () => {
    vi.stubEnv('VARVE_ROCKETMQ_ENDPOINTS', 'rocketmq.test:8081');
    vi.stubEnv('VARVE_ROCKETMQ_ADMIN', '');
    vi.stubEnv('VARVE_KAFKA_BROKERS', '');
    vi.stubEnv('VARVE_SHARED_SERVERS', '');

    await expect(sharedRocketMq()).rejects.toMatchObject({ code: 'invalid-options' });
    await expect(sharedKafka()).rejects.toMatchObject({
      code: 'no-server',
      message: expect.stringContaining('npm run services -- up kafka'),
    });
  });
});
