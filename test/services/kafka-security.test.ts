import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
  type Kafka,
} from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKafkaTopics, plainKafka, startKafka, withAdmin, type KafkaServer } from './index.ts';

describe('a Kafka with access control and TLS', () => {
  const seller = { username: 'seller', password: 'seller-secret' };
  let server: KafkaServer;

  beforeAll(async () => {
    server = await startKafka({ accessControl: true, tls: true, users: [seller] });
    await createKafkaTopics(server, [{ topic: 'orders' }, { topic: 'secrets' }]);
    await withAdmin(server, async (admin) =>
      admin.createAcls({
        acl: [
          {
            resourceType: AclResourceTypes.TOPIC,
            resourceName: 'orders',
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: 'User:seller',
            host: '*',
            operation: AclOperationTypes.ALL,
            permissionType: AclPermissionTypes.ALLOW,
          },
        ],
      }),
    );
  });
  afterAll(async () => server.stop());

  const as = (credentials = seller) =>
    plainKafka({ brokers: server.brokers, certificate: server.certificate, credentials });

  async function sendTo(topic: string, kafka: Kafka): Promise<void> {
    const producer = kafka.producer();
    try {
      await producer.connect();
      await producer.send({ topic, messages: [{ value: 'hello' }] });
    } finally {
      await producer.disconnect();
    }
  }

  it('takes messages from a user with the right to send them', async () => {
    await expect(sendTo('orders', as())).resolves.toBeUndefined();
  });

  it('refuses a user without the right', async () => {
    await expect(sendTo('secrets', as())).rejects.toThrow('Not authorized');
  });

  it('refuses a wrong password', async () => {
    await expect(sendTo('orders', as({ ...seller, password: 'guessed' }))).rejects.toThrow('authentication');
  });

  it('does not speak to a client without TLS', async () => {
    const plain = plainKafka({ brokers: server.brokers, credentials: seller }, { retry: { retries: 0 } });

    await expect(sendTo('orders', plain)).rejects.toThrow();
  });
});
