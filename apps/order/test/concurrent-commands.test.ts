import { expect, it } from 'vitest';
import { PAYMENT, eventsOf, placeOrder, startOrderApp } from './support/order-app.js';

const CLIENTS = 40;

const count = (values: readonly unknown[]) =>
  Object.fromEntries([...Map.groupBy(values, String)].map(([value, all]) => [value, all.length]));

it('of many clients that pay an order at once, one pays and the others hear that it is paid', async () => {
  const { app, send } = await startOrderApp();
  await placeOrder(send);
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, () => send('POST /orders/o1/pay', PAYMENT)),
  );
  expect(
    count(answers.map(({ status, body }) => `${status} ${String(body['rule'] ?? body['outcome'])}`)),
  ).toEqual({
    '200 appended': 1,
    '422 already-paid': CLIENTS - 1,
  });
  expect((await eventsOf(app, 'o1')).map(({ type }) => type)).toEqual(['order.placed', 'order.paid']);
});

it('of many sendings of one command under one key, one is carried out and all get its answer', async () => {
  const { app, send } = await startOrderApp();
  await placeOrder(send);
  const headers = { 'idempotency-key': 'k' };
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, () => send('POST /orders/o1/pay', PAYMENT, headers)),
  );
  expect(count(answers.map(({ status, body }) => `${status} ${String(body['position'])}`))).toEqual({
    '200 2': CLIENTS,
  });
  expect(await eventsOf(app, 'o1')).toHaveLength(2);
});

it('of many clients that have seen the same version, one changes the order and the others get 412', async () => {
  const { send } = await startOrderApp();
  await placeOrder(send);
  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, (_, n) =>
      send('POST /orders/o1/cancel', { reason: `client ${n}` }, { 'if-match': '"1"' }),
    ),
  );
  expect(count(answers.map(({ status }) => status))).toEqual({ 200: 1, 412: CLIENTS - 1 });
});
