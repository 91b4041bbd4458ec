import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning } from './process/identity.ts';
import { RocketMqAdmin, startRocketMq, type RocketMqServer } from './index.ts';
import { roundTrip } from './rocketmq-client.ts';

describe('a RocketMQ of one suite', () => {
  const data = mkdtempSync(join(tmpdir(), 'varve-rocketmq-'));
  let server: RocketMqServer;
  let admin: RocketMqAdmin;

  beforeAll(async () => {
    server = await startRocketMq({ data, broker: { transactionTimeOut: 1234 }, heap: { broker: 256 } });
    admin = await server.admin();
  });
  afterAll(async () => {
    admin.close();
    await server.stop();
    rmSync(data, { recursive: true });
  });

  it('delivers after a kill -9 of the broker what was sent before it, in order', async () => {
    const bodies = ['one', 'two', 'three'];
    const { endpoints } = server;
    await admin.createTopic('fifo', { type: 'FIFO', queues: 2 });
    await admin.createGroup('readers', { orderly: true, retryMax: 3 });
    expect(await roundTrip({ endpoints, topic: 'fifo', send: bodies })).toEqual({ sent: 3 });

    admin.close();
    await server.kill();
    expect(server.identities().map(isRunning)).toEqual([true, false]);
    await server.restart();
    admin = await server.admin();

    expect(await admin.topicType('fifo')).toBe('FIFO');
    expect(await admin.messagesIn('fifo')).toBe(3);
    const receive = { group: 'readers', count: 3 };
    expect(await roundTrip({ endpoints, topic: 'fifo', receive })).toEqual({ received: bodies });
  });

  it('runs with the settings that it was given', async () => {
    const config = await admin.brokerConfig();

    expect(config.get('transactionTimeOut')).toBe('1234');
    expect(config.get('transactionCheckInterval')).toBe('1000');
  });

  it('answers nobody while it is frozen, and everybody afterwards', async () => {
    await server.pause();
    const ask = async () => {
      const impatient = await RocketMqAdmin.connect(server.adminAddress, { timeout: 500 });
      return impatient.brokerConfig().finally(() => impatient.close());
    };
    await expect(ask().finally(() => server.resume())).rejects.toThrow('not answered within 500 ms');

    expect((await admin.brokerConfig()).get('brokerName')).toBe('broker-a');
  });

  it('tells with which code the broker refuses', async () => {
    await expect(admin.topicType('unknown')).rejects.toMatchObject({
      code: 'broker-refused',
      responseCode: 17,
    });
  });

  it('starts with the data that another one left in its folder', async () => {
    await admin.createTopic('kept', { type: 'DELAY' });
    admin.close();
    await server.stop();
    expect(server.identities().map(isRunning)).toEqual([false, false]);

    server = await startRocketMq({ data, heap: { broker: 256 } });
    admin = await server.admin();

    expect(await admin.topicType('kept')).toBe('DELAY');
  });

  it('tells why it could not start', async () => {
    const started = startRocketMq({ heap: { broker: 1 } });

    await expect(started).rejects.toMatchObject({
      code: 'process-died',
      message: expect.stringContaining('heap'),
    });
  });
});
