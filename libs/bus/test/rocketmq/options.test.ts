import { describe, expect, test } from 'vitest';
import { RocketMqMessageBus, type RocketMqMessageBusOptions } from '@varve/bus/rocketmq';

const endpoints = '127.0.0.1:1';

describe('the options of a RocketMqMessageBus', () => {
  test.each<[string, Record<string, unknown>]>([
    ['endpoints', { endpoints: '' }],
    ['endpoints', { endpoints: 'localhost' }],
    ['connectTimeout', { connectTimeout: 0 }],
    ['requestTimeout', { requestTimeout: 999 }],
    ['pollDuration', { pollDuration: 20_001 }],
    ['invisibleDuration', { invisibleDuration: 1.5 }],
    ['maxBytes', { maxBytes: 4 * 1024 * 1024 }],
    ['publishConcurrency', { publishConcurrency: 0 }],
    ['orderedFetches', { orderedFetches: -1 }],
    ['adminAddress', { adminAddress: 'broker' }],
    ['ssl', { ssl: true }],
    ['sslEnabled', { sslEnabled: true }],
    ['requestTimout', { requestTimout: 5_000 }],
    ['tls', { tls: null }],
    ['tls.cert', { tls: { cert: 'PEM' } }],
    ['adminTls.rejectUnauthorized', { adminTls: { verify: true, rejectUnauthorized: true } }],
    ['credentials', { credentials: 'shop:hush' }],
    ['credentials.secretKey', { credentials: { accessKey: 'shop', secretKey: 'hush' } }],
    ['topics.order', { topics: { order: { type: 'fifo' } } }],
  ])('are refused by the name of the first that is none: %s', (option, wrong) => {
    const options = { endpoints, ...wrong } as unknown as RocketMqMessageBusOptions;
    expect(() => new RocketMqMessageBus(options)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
  });

  test('that call a topic of another type than the app needs are refused by set-up, before a topic is made that cannot be changed', async () => {
    const bus = new RocketMqMessageBus({ endpoints, topics: { deadlines: { type: 'DELAY' } } });
    const topology = { topics: [{ name: 'deadlines', kind: 'ordered' }], groups: [] } as const;
    await expect(bus.setup(topology)).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'topics.deadlines',
      message: expect.stringContaining('configured as DELAY, and what the app publishes on it needs FIFO'),
    });
    await bus.close();
  });

  test.each(['ssl', 'sslEnabled'])('say how "%s", the name of a driver, is called', (name) => {
    const options: RocketMqMessageBusOptions = { endpoints, ...{ [name]: true } };
    expect(() => new RocketMqMessageBus(options)).toThrow(/use "tls"/);
  });

  test('are all known, those of nested objects included', () => {
    const pem = { ca: 'PEM', certificate: 'PEM', key: 'PEM' };
    const credentials = { accessKey: 'shop', accessSecret: 'hush', securityToken: 'token' };
    const options = { endpoints, credentials, tls: pem, adminTls: { ...pem, verify: false } };
    expect(() => new RocketMqMessageBus(options)).not.toThrow();
  });

  test('say whether the bus keeps an order, by the types of its topics', async () => {
    const orderingOf = (topics: RocketMqMessageBusOptions['topics']) =>
      new RocketMqMessageBus({ endpoints, ...(topics ? { topics } : {}) }).capabilities.ordering;
    expect(orderingOf(undefined)).toBe('none');
    expect(orderingOf({ order: { type: 'FIFO' } })).toBe('lane');
    expect(orderingOf({ order: { type: 'FIFO' }, payment: { type: 'TRANSACTION' } })).toBe('none');
  });

  test('show no secret in the description', () => {
    const credentials = { accessKey: 'shop', accessSecret: 'hush' };
    expect(new RocketMqMessageBus({ endpoints, credentials }).description).toBe('rocketmq 127.0.0.1:1');
  });

  test('of a server that is not there make a bus that is red, and can be closed', async () => {
    const bus = new RocketMqMessageBus({ endpoints });
    const health = await bus.health();
    expect(health).toMatchObject({ up: false, error: { code: 'broker-unavailable' } });
    await bus.close();
    expect(await bus.health()).toMatchObject({ up: false, error: { code: 'bus-closed' } });
  });
});
