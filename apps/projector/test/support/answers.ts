import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { funnel, howFar, orderDetail, orderPage, revenue } from '../../src/http/answer-schemas.js';
import { anOrder, LAMP, LAMP_TOTAL } from './an-order.js';
import type { ProjectorApp } from './projector-app.js';

const on = (day: number) => ({ occurredAt: `2017-10-${String(day).padStart(2, '0')}T10:00:00` });

async function idsOf(get: ProjectorApp['get'], path: string): Promise<string[]> {
  const { status, body } = await get(path);
  expect([path, status]).toEqual([path, 200]);
  return orderPage.parse(body).orders.map(({ orderId }) => orderId);
}

/** What clients get, whichever stores log and read models are in. */
export function answersAreRight(start: () => Promise<ProjectorApp>): void {
  test('an order is found with its lines, and its customer’s orders with it', async () => {
    const { log, get } = await start();
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
    const { log, get } = await start();
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
    const { log, get, projector } = await start();
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
    const { log, get } = await start();
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
    const { log, get } = await start();
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
      const { log, get } = await start();
      const position = await anOrder('a').appendTo(log);
      expect(await get('/orders/a', { 'varve-position': String(position) })).toMatchObject({ status: 200 });
    });

    test('is told how far the read model is when it does not come in time', async () => {
      const { get } = await start();
      const { status, body, headers } = await get('/funnel?position=7&timeout=20');
      expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
        503,
        expect.stringContaining('application/problem+json'),
        '1',
      ]);
      expect(body).toMatchObject({ code: 'projection-behind', reason: 'timeout', position: 0, wanted: 7 });
    });
  });

  test('queries are served while it catches up, and the status says how far it is', async () => {
    const { log, get, readModels } = await start();
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
    const { get, readModels } = await start();
    expect(await get('/health')).toMatchObject({
      status: 200,
      body: { status: 'ok', details: { log: { status: 'up' } } },
    });
    await readModels.setState('funnel@1', 'stopped', 'out of ink');
    const { status, body } = await get('/health');
    expect([status, JSON.stringify(body)]).toEqual([503, expect.stringContaining('out of ink')]);
  });
}
