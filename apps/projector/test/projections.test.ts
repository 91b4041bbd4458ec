import { givenProjection, type GivenProjection } from '@varve/projections/testing';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import type { Projection } from '@varve/projections';
import { describe, expect, test } from 'vitest';
import { funnelProjection } from '../src/funnel/funnel.projection.js';
import { sqliteSteps } from '../src/funnel/sqlite-funnel.js';
import { ordersProjection } from '../src/orders/orders.projection.js';
import { sqliteOrders } from '../src/orders/sqlite-orders.js';
import { dailyRevenueProjection } from '../src/revenue/daily-revenue.projection.js';
import { sqliteDays } from '../src/revenue/sqlite-revenue.js';
import { anOrder, LAMP, LAMP_TOTAL, type AnOrder } from './support/an-order.js';

/** Every way of delivering these orders, one by one, in batches, twice and streams in any order, has to give the same rows. */
function given(
  projection: Projection<SqliteTransaction>,
  ...orders: readonly AnOrder[]
): GivenProjection<SqliteTransaction> {
  let scenario = givenProjection(projection);
  for (const order of orders)
    for (const events of order.events) scenario = scenario.events(order.stream, ...events);
  return scenario.inAnyOrderOfStreams();
}

const OCCURRED = '2017-10-02T10:56:00';

const line = (orderId: string, number = 1, item = LAMP) => ({
  order_id: orderId,
  line: number,
  product_id: item.productId,
  quantity: item.quantity,
  price_cents: item.priceCents,
  freight_cents: item.freightCents,
});

const row = (orderId: string, facts: object) => ({
  order_id: orderId,
  customer_id: 'maria',
  total_cents: LAMP_TOTAL,
  paid_cents: null,
  refunded_cents: null,
  placed_at: OCCURRED,
  changed_at: OCCURRED,
  ...facts,
});

describe.each([1, 2] as const)('the orders, version %i', (version) => {
  const lines = version === 2 ? { line_count: 1 } : {};

  test('follow each order from its placing to its end', async () => {
    const at = { occurredAt: OCCURRED };
    await given(
      ordersProjection(sqliteOrders, version),
      anOrder('a', at),
      anOrder('b', at).paid().shipped().delivered(),
      anOrder('c', at).cancelled(),
      anOrder('d', at).paid().refunded(),
    ).then({
      orders: [
        row('a', { status: 'placed', version: 1, ...lines }),
        row('b', { status: 'delivered', version: 4, paid_cents: LAMP_TOTAL, ...lines }),
        row('c', { status: 'cancelled', version: 2, ...lines }),
        row('d', {
          status: 'cancelled',
          version: 4,
          paid_cents: LAMP_TOTAL,
          refunded_cents: LAMP_TOTAL,
          ...lines,
        }),
      ],
      order_lines: ['a', 'b', 'c', 'd'].map((id) => line(id)),
    });
  });

  test('keep what nobody told as null, and lines in their order', async () => {
    const vase = { ...LAMP, productId: 'vase' };
    await given(
      ordersProjection(sqliteOrders, version),
      anOrder('a', { occurredAt: OCCURRED, totalCents: null, items: [] }).paid(null),
      anOrder('b', { occurredAt: OCCURRED, items: [LAMP, vase] }),
    ).then({
      orders: [
        row('a', { status: 'paid', version: 2, total_cents: null, ...(version === 2 && { line_count: 0 }) }),
        row('b', { status: 'placed', version: 1, ...(version === 2 && { line_count: 2 }) }),
      ],
      order_lines: [line('b'), line('b', 2, vase)],
    });
  });
});

test('an order that moves without having been placed is not guessed at', async () => {
  const shipped = anOrder('a').shipped().events[1]!;
  const stopping = {
    ...ordersProjection(sqliteOrders, 1),
    failurePolicy: { retries: 0, then: 'stop' as const },
  };
  const orphan = givenProjection(stopping).events('order-a', ...shipped);
  await expect(orphan.rows()).rejects.toThrow(/Order a became shipped but was never placed/);
});

test('an event without its own time happened when it was recorded', async () => {
  const { orders } = await given(ordersProjection(sqliteOrders, 1), anOrder('a')).rows();
  expect(orders).toMatchObject([{ placed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string }]);
});

test('daily revenue counts payments and refunds on the day on which they happened, and unknown amounts apart', async () => {
  const [monday, tuesday] = [{ occurredAt: '2017-10-02T23:59:59' }, { occurredAt: '2017-10-03T00:00:00' }];
  await given(
    dailyRevenueProjection(sqliteDays),
    anOrder('a', monday).paid(100),
    anOrder('b', monday).paid(null),
    anOrder('c', tuesday).paid(30).refunded(30),
    anOrder('d', tuesday).paid(5).refunded(null),
    anOrder('e', tuesday),
  ).then({
    days: [
      {
        day: '2017-10-02',
        paid_orders: 2,
        paid_cents: 100,
        refunded_orders: 0,
        refunded_cents: 0,
        amounts_not_told: 1,
      },
      {
        day: '2017-10-03',
        paid_orders: 2,
        paid_cents: 35,
        refunded_orders: 2,
        refunded_cents: 30,
        amounts_not_told: 1,
      },
    ],
  });
});

test('the funnel counts how many orders have reached each step', async () => {
  await given(
    funnelProjection(sqliteSteps),
    anOrder('a'),
    anOrder('b').paid().shipped().delivered(),
    anOrder('c').paid().refunded(),
  ).then({
    steps: [
      { step: 'placed', orders: 3 },
      { step: 'paid', orders: 2 },
      { step: 'shipped', orders: 1 },
      { step: 'delivered', orders: 1 },
      { step: 'cancelled', orders: 1 },
      { step: 'refunded', orders: 1 },
    ],
  });
});
