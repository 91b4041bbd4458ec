import { describe, expect, test } from 'vitest';
import { until } from '../../../test/support/until.js';
import { orderPage, orderDetail, revenue, funnel, howFar } from '../src/http/answer-schemas.js';
import { anOrder, LAMP, LAMP_TOTAL } from './support/an-order.js';
import { startProjectorApp } from './support/projector-app.js';

type App = Awaited<ReturnType<typeof startProjectorApp>>;

const on = (day: number) => ({ occurredAt: `2017-10-${String(day).padStart(2, '0')}T10:00:00` });

async function idsOf(get: App['get'], path: string): Promise<string[]> {
  const { status, body } = await get(path);
  expect([path, status]).toEqual([path, 200]);
  return orderPage.parse(body).orders.map(({ orderId }) => orderId);
}

test('an order is found with its lines, and its customer’s orders with it', async () => {
  const { log, get } = await startProjectorApp();
  const position = await anOrder('o1', on(2)).paid().appendTo(log);
  await anOrder('o2', { ...on(3), customerId: 'joão' }).appendTo(log);
  const { status, body, headers } = await get(`/orders/o1?position=${position}`);
  expect(status).toBe(200);
  expect(Number(headers.get('varve-position'))).toBeGreaterThanOrEqual(position);
  expect(orderDetail.parse(body)).toEqual({
    orderId: 'o1',
    customerId: 'maria',
    status: 'paid',
    totalCents: LAMP_TOTAL,
    paidCents: LAMP_TOTAL,
    refundedCents: null,
    placedAt: '2017-10-02T10:00:00',
    changedAt: '2017-10-02T10:00:00',
    version: 2,
    lines: [LAMP],
  });
  expect(await idsOf(get, '/customers/maria/orders')).toEqual(['o1']);
  expect(await idsOf(get, `/customers/${encodeURIComponent('joão')}/orders?position=3`)).toEqual(['o2']);
  expect(await idsOf(get, '/customers/nobody/orders')).toEqual([]);
});

test('the list is filtered by status and customer, newest first', async () => {
  const { log, get } = await startProjectorApp();
  await anOrder('a', on(1)).paid().appendTo(log);
  await anOrder('b', { ...on(2), customerId: 'ada' })
    .paid()
    .appendTo(log);
  const position = await anOrder('c', on(3)).appendTo(log);
  expect(await idsOf(get, `/orders?position=${position}`)).toEqual(['c', 'b', 'a']);
  expect(await idsOf(get, '/orders?status=paid')).toEqual(['b', 'a']);
  expect(await idsOf(get, '/orders?status=paid&customerId=maria')).toEqual(['a']);
  expect(await idsOf(get, '/customers/maria/orders?status=placed')).toEqual(['c']);
  expect(await idsOf(get, '/orders?status=shipped')).toEqual([]);
});

test('pages neither repeat nor miss an order, though newer ones are placed meanwhile', async () => {
  const { log, get, projector } = await startProjectorApp();
  // Three at each time: the id decides between them.
  for (let n = 0; n < 21; n++)
    await anOrder(`o${String(n).padStart(2, '0')}`, on(1 + Math.floor(n / 3))).appendTo(log);
  await projector.waitFor(21, 'orders');
  const expected = await idsOf(get, '/orders');
  const seen: string[] = [];
  let after = '';
  for (let page = 0; page < 7; page++) {
    const { body } = await get(`/orders?limit=4${after}`);
    const parsed = orderPage.parse(body);
    seen.push(...parsed.orders.map(({ orderId }) => orderId));
    if (parsed.next === undefined) break;
    after = `&after=${parsed.next}`;
    await projector.waitFor(await anOrder(`new${page}`, on(20 + page)).appendTo(log), 'orders');
  }
  expect(seen).toEqual(expected);
});

test('daily revenue is asked for by days, both ends included', async () => {
  const { log, get } = await startProjectorApp();
  for (const day of [1, 2, 3])
    await anOrder(`o${day}`, on(day))
      .paid(day * 100)
      .appendTo(log);
  const position = await anOrder('o4', on(3)).paid(null).appendTo(log);
  const days = async (query: string) => revenue.parse((await get(`/revenue/daily?${query}`)).body).days;
  expect(await days(`position=${position}`)).toHaveLength(3);
  expect(await days('from=2017-10-02&to=2017-10-03')).toEqual([
    {
      day: '2017-10-02',
      paidOrders: 1,
      paidCents: 200,
      refundedOrders: 0,
      refundedCents: 0,
      amountsNotTold: 0,
    },
    {
      day: '2017-10-03',
      paidOrders: 2,
      paidCents: 300,
      refundedOrders: 0,
      refundedCents: 0,
      amountsNotTold: 1,
    },
  ]);
});

test('the funnel counts every step', async () => {
  const { log, get } = await startProjectorApp();
  await anOrder('a').paid().shipped().delivered().appendTo(log);
  const position = await anOrder('b').paid().refunded().appendTo(log);
  const { body } = await get(`/funnel?position=${position}`);
  expect(funnel.parse(body)).toEqual({
    placed: 2,
    paid: 2,
    shipped: 1,
    delivered: 1,
    cancelled: 1,
    refunded: 1,
  });
});

describe('a query that asks for a position', () => {
  test('by header gets what was written', async () => {
    const { log, get } = await startProjectorApp();
    const position = await anOrder('a').appendTo(log);
    expect(await get('/orders/a', { 'varve-position': String(position) })).toMatchObject({ status: 200 });
  });

  test('is told how far the read model is when it does not come in time', async () => {
    const { get } = await startProjectorApp();
    const { status, body, headers } = await get('/funnel?position=7&timeout=20');
    expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
      503,
      expect.stringContaining('application/problem+json'),
      '1',
    ]);
    expect(body).toMatchObject({ code: 'projection-behind', reason: 'timeout', position: 0, wanted: 7 });
  });
});

const WRONG = [
  ['limit', '/orders?limit=0'],
  ['limit', '/orders?limit=201'],
  ['limit', '/orders?limit=1e2'],
  ['status', '/orders?status=lost'],
  ['status', '/orders?status=paid&status=placed'],
  ['after', '/orders?after=abc'],
  ['customerId', `/orders?customerId=${'x'.repeat(65)}`],
  ['customerId', '/customers/a/orders?customerId=b'],
  ['from', '/revenue/daily?from=2017-13-01'],
  ['to', '/revenue/daily?to=yesterday'],
  ['position', '/orders?position=x'],
  ['timeout', '/funnel?timeout=x'],
  ['colour', '/orders/a?colour=red'],
] as const;

test('a wrong parameter is a 400 that names it', async () => {
  const { get } = await startProjectorApp();
  for (const [field, path] of WRONG) {
    const { status, body } = await get(path);
    expect([path, status, body['code']]).toEqual([path, 400, 'invalid-argument']);
    expect(JSON.stringify([body['argument'], body['fields']])).toContain(`"${field}"`);
  }
});

test('an order that is not in the read model is a 404, and so is a path that nobody serves', async () => {
  const { get } = await startProjectorApp();
  expect(await get('/orders/o9')).toMatchObject({
    status: 404,
    body: { code: 'not-found', detail: expect.stringContaining('"o9"') as string },
  });
  expect(await get('/nowhere')).toMatchObject({ status: 404, body: { code: 'not-found' } });
});

test('queries are served while it catches up, and the status says how far it is', async () => {
  const { log, get, readModels } = await startProjectorApp();
  await readModels.setState('orders@1', 'paused');
  await anOrder('a').paid().appendTo(log);
  expect(await idsOf(get, '/orders')).toEqual([]);
  const behind = howFar.parse((await get('/status')).body);
  expect(behind.projections.find(({ name }) => name === 'orders')).toEqual({
    name: 'orders',
    liveVersion: 1,
    position: 0,
    behind: 2,
    caughtUp: false,
    building: [],
  });
  await readModels.setState('orders@1', 'active');
  expect(await idsOf(get, '/orders?position=2')).toEqual(['a']);
  await until(async () =>
    howFar.parse((await get('/status')).body).projections.every(({ caughtUp }) => caughtUp),
  );
});

test('health is green while all work, and red with the reason when one was stopped', async () => {
  const { get, readModels } = await startProjectorApp();
  expect(await get('/health')).toMatchObject({
    status: 200,
    body: { status: 'ok', details: { log: { status: 'up' } } },
  });
  await readModels.setState('funnel@1', 'stopped', 'out of ink');
  const { status, body } = await get('/health');
  expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining('out of ink')]);
});

test('the API page and its JSON are made from the schemas that requests are validated by', async () => {
  const { get } = await startProjectorApp();
  const { body } = await get('/openapi.json');
  const paths = body['paths'] as Record<
    string,
    { get: { parameters: { name: string }[]; responses: object } }
  >;
  expect(Object.keys(paths)).toEqual([
    '/orders',
    '/orders/{id}',
    '/customers/{id}/orders',
    '/revenue/daily',
    '/funnel',
    '/status',
    '/health',
    '/health/sources',
  ]);
  const parameters = paths['/orders']!.get.parameters.map(({ name }) => name);
  for (const name of [
    'status',
    'customerId',
    'after',
    'limit',
    'position',
    'stream',
    'version',
    'timeout',
    'Varve-Position',
  ])
    expect(parameters).toContain(name);
  expect(JSON.stringify(paths['/orders/{id}'])).toContain('freightCents');
  expect((await get('/openapi')).body['text']).toContain('swagger-ui');
});
