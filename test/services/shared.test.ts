import { describe, expect, it } from 'vitest';
import {
  connectAdmin,
  createKafkaTopics,
  messagesInKafkaTopic,
  sharedKafka,
  sharedRocketMq,
  uniqueName,
} from './index.ts';

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
});
