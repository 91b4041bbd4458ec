import { readFileSync } from 'node:fs';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KafkaMessageBusOptions, KafkaSasl } from '@varve/bus/kafka';
import { startKafka, withAdmin, type KafkaServer } from '../../../../test/services/index.js';
import { until } from '../../../../test/support/until.js';
import { aMessage, received, toGroup } from '../messages.js';
import { aBus, aTopic } from './kafka-suite.js';

const seller = { username: 'seller', password: 'seller-secret' };
let server: KafkaServer;
let ca: string;
beforeAll(async () => {
  server = await startKafka({ accessControl: true, tls: true, users: [seller] });
  ca = readFileSync(server.certificate!, 'utf8');
});
afterAll(() => server.stop());

function busOf(mechanism: KafkaSasl['mechanism'], options: Partial<KafkaMessageBusOptions> = {}) {
  return aBus(server, { tls: { ca }, sasl: { mechanism, ...server.credentials! }, ...options });
}

async function allow(resourceType: AclResourceTypes, resourceName: string): Promise<void> {
  const acl = {
    resourceType,
    resourceName,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${seller.username}`,
    host: '*',
    operation: AclOperationTypes.ALL,
    permissionType: AclPermissionTypes.ALLOW,
  };
  await withAdmin(server, (admin) => admin.createAcls({ acl: [acl] }));
}

describe('a Kafka with TLS and users', () => {
  test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)('is used by %s', async (mechanism) => {
    const topic = await aTopic(server);
    const bus = busOf(mechanism);
    const got = received();
    // Several connections log in with the same options.
    await bus.subscribe(toGroup(topic), got.handler);
    await bus.subscribe(toGroup(topic), got.handler);
    await bus.publish([aMessage(topic, 'a', 1)]);
    await until(() => got.ids.length === 2);
    expect(await bus.health()).toEqual({ up: true });
  });

  test.each(['plain', 'scram-sha-256'] as const)(
    'refuses a wrong password by %s, at once',
    async (mechanism) => {
      const bus = busOf(mechanism, { sasl: { mechanism, username: 'admin', password: 'guessed' } });
      const refused = { code: 'broker-refused', why: 'wrong-credentials', retryable: false };
      await expect(bus.publish([aMessage('any', 'a', 1)])).rejects.toMatchObject(refused);
      await expect(bus.subscribe(toGroup('any'), received().handler)).rejects.toMatchObject(refused);
      expect(await bus.health()).toMatchObject({ up: false, error: refused });
    },
  );

  test('is not trusted without its authority', async () => {
    const bus = busOf('plain', { tls: true });
    const refused = { code: 'broker-refused', why: 'certificate' };
    await expect(bus.publish([aMessage('any', 'a', 1)])).rejects.toMatchObject(refused);
    await expect(bus.subscribe(toGroup('any'), received().handler)).rejects.toMatchObject(refused);
  });

  test('speaks to nobody without TLS, which is told in time', async () => {
    const bus = busOf('plain', { tls: false, connectTimeout: 2_000 });
    const begun = performance.now();
    await expect(bus.publish([aMessage('any', 'a', 1)])).rejects.toMatchObject({
      code: 'broker-unavailable',
    });
    expect(performance.now() - begun).toBeLessThan(8_000);
  });

  test('lets a user write and read only what it may', async () => {
    const topic = await aTopic(server);
    const options = toGroup(topic);
    const bus = busOf('scram-sha-256', { sasl: { mechanism: 'scram-sha-256', ...seller } });
    const refused = { code: 'broker-refused', why: 'no-right' };
    const got = received();
    await expect(bus.publish([aMessage(topic, 'a', 1)])).rejects.toMatchObject(refused);
    await expect(bus.subscribe(options, got.handler)).rejects.toMatchObject(refused);
    await allow(AclResourceTypes.TOPIC, topic);
    await expect(bus.subscribe(options, got.handler)).rejects.toMatchObject(refused);
    await allow(AclResourceTypes.GROUP, options.group);
    await bus.subscribe(options, got.handler);
    await bus.publish([aMessage(topic, 'a', 2)]);
    await until(() => got.ids.includes('a@2'));
    expect(got.ids).toEqual(['a@2']);
  });
});
