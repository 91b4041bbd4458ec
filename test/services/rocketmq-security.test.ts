import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRocketMq, type RocketMqAdmin, type RocketMqServer } from './index.ts';
import { roundTrip } from './rocketmq-client.ts';

describe('a RocketMQ with access control and TLS', () => {
  const seller = { username: 'seller', password: 'seller-secret' };
  const send = ['hello'];
  let server: RocketMqServer;
  let admin: RocketMqAdmin;

  beforeAll(async () => {
    server = await startRocketMq({ accessControl: true, tls: true });
    admin = await server.admin();
    await admin.createTopic('orders', { type: 'FIFO' });
    await admin.createTopic('secrets', { type: 'FIFO' });
    await admin.createUser(seller.username, seller.password);
    await admin.grant(seller.username, [{ resource: 'Topic:orders', actions: ['Pub', 'Sub'] }]);
  });
  afterAll(async () => {
    admin.close();
    await server.stop();
  });

  async function trip(topic: string, credentials = seller, tls = true) {
    return roundTrip({ endpoints: server.endpoints, topic, tls, credentials, send }, server.env);
  }

  it('takes messages from a user with the right to send them', async () => {
    expect(await trip('orders')).toEqual({ sent: 1 });
  });

  it('refuses a user without the right', async () => {
    expect(await trip('secrets')).toMatchObject({ refused: { code: 40100 } });
  });

  it('refuses a wrong password', async () => {
    expect(await trip('orders', { ...seller, password: 'guessed' })).toMatchObject({
      refused: { code: 40100 },
    });
  });

  it('takes the new password at once after a change, and the old one no more', async () => {
    const password = 'another-secret';
    await admin.changePassword(seller.username, password);

    expect(await trip('orders', { ...seller, password })).toEqual({ sent: 1 });
    expect(await trip('orders')).toMatchObject({ refused: { code: 40100 } });
    await admin.changePassword(seller.username, seller.password);
  });

  it('takes rights away again', async () => {
    await admin.revoke(seller.username, 'Topic:orders');

    expect(await trip('orders')).toMatchObject({ refused: { code: 40100 } });
    await admin.grant(seller.username, [{ resource: 'Topic:orders', actions: ['Pub', 'Sub'] }]);
  });

  it('does not speak to a client without TLS', async () => {
    expect(await trip('orders', seller, false)).toMatchObject({ refused: { code: 14 } });
  });

  it('is not trusted by a client that does not know its certificate', async () => {
    const { endpoints } = server;
    const untrusting = { NODE_EXTRA_CA_CERTS: '', GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '' };

    const answer = await roundTrip(
      { endpoints, topic: 'orders', tls: true, credentials: seller, send },
      untrusting,
    );

    expect(answer).toMatchObject({ refused: { code: 14 } });
  });
});
