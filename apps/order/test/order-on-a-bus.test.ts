import { HttpLogReader, readCommitMessage, type CommitMessage } from '@varve/bus';
import type { MemoryMessageBus } from '@varve/bus/memory';
import { getMessageBusToken } from '@varve/bus/nest';
import { describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.js';
import { PAYMENT, placeOrder, startOrderApp } from './support/order-app.js';

const DURABLE = { VARVE_DURABILITY: 'power-cut' };
const TOKEN = 'a-token-of-this-test';

async function startOnBus(publication: string) {
  const shop = await startOrderApp({
    ...DURABLE,
    VARVE_BUS: 'memory',
    VARVE_PUBLICATION: publication,
    VARVE_SWEEP_AFTER: '100',
  });
  const bus = shop.app.get<MemoryMessageBus>(getMessageBusToken());
  const received: CommitMessage[] = [];
  await bus.subscribe({ topics: ['order'], group: 'test' }, async (message) => {
    received.push(readCommitMessage(message));
  });
  return { ...shop, broker: bus.broker, received };
}

describe.each(['relay', 'two-phase'])('on a bus, published by %s,', (publication) => {
  it('an order comes to whoever subscribes', async () => {
    const { send, received } = await startOnBus(publication);
    expect((await placeOrder(send)).status).toBe(201);
    await until(() => received.length > 0, { what: 'the order on the bus' });
    expect(received).toMatchObject([
      { stream: 'order-o1', firstVersion: 1, lastVersion: 1, events: [{ type: 'order.placed' }] },
    ]);
  });

  it('orders are taken while the broker is down; the health tells both, and goes green by itself', async () => {
    const { send, broker, received } = await startOnBus(publication);
    expect(await send('GET /health')).toMatchObject({
      status: 200,
      body: { details: { log: { status: 'up' }, bus: { status: 'up' } } },
    });
    broker.goDown();
    expect((await placeOrder(send)).status).toBe(201);
    expect(await send('GET /health')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { bus: { status: 'down', code: 'broker-unavailable' } } },
    });
    expect(await send('GET /health/bus')).toMatchObject({ status: 503 });
    broker.comeBack();
    await until(async () => (await send('GET /health/bus')).status === 200, { what: 'green health' });
    await until(() => received.length > 0, { what: 'the order on the bus' });
  });
});

it('without a bus, health says so and is green', async () => {
  const { send } = await startOrderApp();
  expect(await send('GET /health/bus')).toMatchObject({
    status: 200,
    body: { details: { bus: { bus: 'none' } } },
  });
});

describe('the log over HTTP', () => {
  it('is read by who has the token, and by nobody else', async () => {
    const { send, port } = await startOrderApp({ ...DURABLE, VARVE_LOG_TOKEN: TOKEN });
    await placeOrder(send);
    await send('POST /orders/o1/pay', PAYMENT);
    const log = new HttpLogReader({ url: `http://127.0.0.1:${port}/log`, token: TOKEN });
    expect(await log.head()).toBe(2);
    const types = [];
    for await (const event of log.readStream('order-o1')) types.push(event.type);
    expect(types).toEqual(['order.placed', 'order.paid']);
    expect(await send('GET /log/head')).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    const wrong = { authorization: 'Bearer something-else-altogether' };
    expect(await send('GET /log/commits', undefined, wrong)).toMatchObject({ status: 401 });
  });

  it('is not there without a token', async () => {
    const { send } = await startOrderApp();
    expect(await send('GET /log/head')).toMatchObject({ status: 404 });
  });
});
