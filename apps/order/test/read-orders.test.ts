import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inOrderOfTime, stepsOf } from '../src/import/order-steps.js';
import { observationsOf } from '../src/import/observations.js';
import { readOrders, readSource } from '../src/import/read-orders.js';
import { PURCHASED, sourceDirectory } from './support/source-files.js';
import type { SourceFiles } from './support/source-files.js';

async function readOne(files: SourceFiles) {
  await using directory = await sourceDirectory(files);
  const [order] = await readOrders(directory.path);
  if (!order) throw new Error('no order was read');
  return order;
}

const whole = {
  id: 'a1',
  approved: '10/2/2017 11:07',
  carrier: '10/4/2017 19:55',
  delivered: '10/10/2017 21:25',
};

describe('reading orders', () => {
  it('reads items and payments to the cent', async () => {
    const order = await readOne({
      orders: [whole],
      items: [
        ['a1', 1, '0.29', '17.87'],
        ['a1', 2, '199.9', '0'],
      ],
      payments: [
        ['a1', 2, 'voucher', '100'],
        ['a1', 1, 'credit_card', '118.06'],
      ],
    });
    expect(order.items).toEqual([
      { productId: 'product-1', quantity: 1, priceCents: 29, freightCents: 1787 },
      { productId: 'product-2', quantity: 1, priceCents: 19_990, freightCents: 0 },
    ]);
    expect(order.payments).toEqual([
      { method: 'credit_card', amountCents: 11_806 },
      { method: 'voucher', amountCents: 10_000 },
    ]);
  });

  it('knows a customer as the person, where the files tell the person', async () => {
    const files = {
      orders: [{ id: 'a1', customer: 'number-7' }],
      customers: [['number-7', 'maria']],
    } as const;
    expect((await readOne(files)).customerId).toBe('maria');
    expect((await readOne({ orders: files.orders })).customerId).toBe('number-7');
  });

  it('takes a customer that stands there twice as the same person for one', async () => {
    const files = {
      orders: [{ id: 'a1', customer: 'number-7' }],
      customers: [
        ['number-7', 'maria'],
        ['number-7', 'maria'],
      ],
    } as const;
    expect((await readOne(files)).customerId).toBe('maria');
  });

  it('does not take payments for whole when one is missing by its number', async () => {
    const order = await readOne({ orders: [whole], payments: [['a1', 2, 'voucher', '50']] });
    expect(order).toMatchObject({ payments: undefined, paymentsIncomplete: true });
  });

  it('does not take items for whole when one is missing by its number, or stands there twice', async () => {
    for (const numbers of [[2], [1, 3], [1, 1]]) {
      const items = numbers.map((n) => ['a1', n, '10', '0'] as const);
      const order = await readOne({ orders: [whole], items });
      expect(order).toMatchObject({ items: undefined, itemsIncomplete: true });
      expect(observationsOf(order)).toContain('items-incomplete');
      expect(observationsOf(order)).not.toContain('items-not-told');
    }
  });

  it('tells where a way to pay is none that the shop knows', async () => {
    const order = await readOne({ orders: [whole], payments: [['a1', 1, 'pix', '10']] });
    expect(order.payments).toEqual([{ method: 'not_told', amountCents: 1_000 }]);
    expect(observationsOf(order)).toContain('payment-method-unknown');
  });

  it('tells of payments that nobody has approved, and does not take them', async () => {
    const unpaid = { id: 'a1', status: 'created' };
    for (const number of [1, 2]) {
      const order = await readOne({ orders: [unpaid], payments: [['a1', number, 'boleto', '10']] });
      expect(stepsOf(order).map(({ step }) => step)).toEqual(['place']);
      expect(observationsOf(order)).toContain('payments-without-approval');
    }
  });

  it('tells where the status and the dates contradict each other', async () => {
    const contradictions = [
      [{ ...whole, status: 'created' }, 'status-behind-the-dates'],
      [{ id: 'a1', status: 'created', approved: PURCHASED }, 'status-behind-the-dates'],
      [{ ...whole, status: 'processing' }, 'status-behind-the-dates'],
      [{ ...whole, status: 'unavailable' }, 'status-behind-the-dates'],
      [{ id: 'a1', status: 'invoiced' }, 'status-ahead-of-the-dates'],
      [{ id: 'a1', status: 'shipped', approved: PURCHASED }, 'status-ahead-of-the-dates'],
    ] as const;
    for (const [order, observation] of contradictions)
      expect(observationsOf(await readOne({ orders: [order] }))).toContain(observation);
    for (const status of ['delivered', 'canceled'])
      expect(observationsOf(await readOne({ orders: [{ ...whole, status }] })).join()).not.toMatch(
        /status-(b|a)/,
      );
  });

  it.each([
    [
      'a time that does not exist',
      { orders: [{ id: 'a1', approved: '2/30/2018 1:00' }] },
      /orders\.csv, line 2: order_approved_at is "2\/30/,
    ],
    [
      'an order without a purchase time',
      { orders: [{ id: 'a1', purchased: '' }] },
      /orders\.csv, line 2: order_purchase_timestamp is empty/,
    ],
    [
      'an unknown status',
      { orders: [{ id: 'a1', status: 'lost' }] },
      /order_status is "lost"; known are created/,
    ],
    [
      'an order that stands there twice',
      { orders: [whole, whole] },
      /orders\.csv, line 3: order a1 stands in line 2 already/,
    ],
    [
      'an amount that is none',
      { orders: [whole], items: [['a1', 1, '1e3', '0']] },
      /order_items\.csv, line 2: "1e3" is no amount/,
    ],
    [
      'an amount below zero',
      { orders: [whole], payments: [['a1', 1, 'voucher', '-5.00']] },
      /order_payments\.csv, line 2: "-5\.00" is no amount: use digits, with at most two decimals, up to 9999999\.99\.$/,
    ],
    [
      'an amount beyond what an order may cost',
      { orders: [whole], items: [['a1', 1, '10000000', '0']] },
      /order_items\.csv, line 2: "10000000" is no amount: .*up to 9999999\.99\.$/,
    ],
    [
      'an item whose number is none',
      { orders: [whole], items: [['a1', Number.NaN, '10', '0']] },
      /order_items\.csv, line 2: order_item_id is "NaN"; they are counted 1, 2, 3 …\.$/,
    ],
    [
      'a payment whose number is none',
      { orders: [whole], payments: [['a1', 0.5, 'voucher', '10']] },
      /order_payments\.csv, line 2: payment_sequential is "0\.5"; they are/,
    ],
    [
      'an id that is none',
      { orders: [{ id: 'a b' }] },
      /orders\.csv, line 2: "a b" is no id: use 1 to 64 of/,
    ],
    [
      'a person that is none',
      { orders: [{ id: 'a1', customer: 'number-7' }], customers: [['number-7', '']] },
      /customers\.csv, line 2: "" is no id: use 1 to 64 of/,
    ],
    [
      'one customer as two persons',
      {
        orders: [{ id: 'a1', customer: 'number-7' }],
        customers: [
          ['number-7', 'maria'],
          ['number-7', 'anna'],
        ],
      },
      /customers\.csv, line 3: customer "number-7" stands in line 2 already, as another person\./,
    ],
    [
      'an id of thousands of characters, without all of them,',
      { orders: [{ id: 'x'.repeat(5_000) }] },
      /orders\.csv, line 2: "x{100}…" is no id: use 1 to 64 of/,
    ],
    [
      'an id with control characters, without those,',
      { orders: [{ id: 'a\u001b[2J' }] },
      /orders\.csv, line 2: "a\\u001b\[2J" is no id: use 1 to 64 of/,
    ],
  ] satisfies [string, SourceFiles, RegExp][])(
    'refuses %s and names the line',
    async (_what, files, message) => {
      await expect(readOne(files)).rejects.toThrow(message);
    },
  );
});

describe('a folder', () => {
  it('in which a file is missing or is none is refused with the name of the file', async () => {
    await using directory = await sourceDirectory({ orders: [whole] });
    await rm(join(directory.path, 'customers.csv'));
    await expect(readOrders(directory.path)).rejects.toThrow(
      /customers\.csv cannot be read: there is no such file\./,
    );
    await mkdir(join(directory.path, 'customers.csv'));
    await expect(readOrders(directory.path)).rejects.toThrow(/customers\.csv cannot be read: .*EISDIR/);
  });

  it('with items and payments of orders that it does not hold tells how many', async () => {
    await using directory = await sourceDirectory({
      orders: [whole],
      items: [
        ['a1', 1, '10', '0'],
        ['gone', 1, '10', '0'],
      ],
      payments: [
        ['gone', 1, 'voucher', '10'],
        ['lost', 1, 'voucher', 'nothing'],
      ],
    });
    const { strays } = await readSource(directory.path);
    expect(strays).toEqual({ 'items-of-no-order': 1, 'payments-of-no-order': 2 });
  });
});

describe('the steps of an order', () => {
  it('are those that have a date, with that date', async () => {
    const steps = stepsOf(await readOne({ orders: [whole] }));
    expect(steps.map(({ step, occurredAt }) => [step, occurredAt])).toEqual([
      ['place', '2017-10-02T10:56:00'],
      ['pay', '2017-10-02T11:07:00'],
      ['ship', '2017-10-04T19:55:00'],
      ['deliver', '2017-10-10T21:25:00'],
    ]);
  });

  it("keep the order of an order's life where two clocks disagree, and the times as told", async () => {
    const order = await readOne({ orders: [{ ...whole, approved: '10/6/2017 1:00' }] });
    expect(stepsOf(order).map(({ step }) => step)).toEqual(['place', 'pay', 'ship', 'deliver']);
    expect(stepsOf(order)[1]?.occurredAt).toBe('2017-10-06T01:00:00');
    expect(observationsOf(order)).toContain('handed-to-carrier-before-approval');
  });

  it('place first and pay then when both stand in the same minute', async () => {
    const order = await readOne({ orders: [{ id: 'a1', status: 'processing', approved: PURCHASED }] });
    expect(inOrderOfTime([order]).map(({ step }) => step)).toEqual(['place', 'pay']);
    expect(observationsOf(order)).toContain('approved-in-the-minute-of-purchase');
  });

  it('do not invent an amount where nothing tells it', async () => {
    expect(stepsOf(await readOne({ orders: [whole] }))[1]).toMatchObject({ payments: undefined });
  });

  it('cancel a cancelled order at a time of which only "not before" is known', async () => {
    const order = await readOne({ orders: [{ id: 'a1', status: 'canceled', approved: '10/2/2017 11:07' }] });
    expect(stepsOf(order).at(-1)).toMatchObject({
      step: 'cancel',
      occurredAt: '2017-10-02T11:07:00',
      notBefore: true,
    });
  });

  it('leave an unavailable order as it stands: nobody says that its money was paid back', async () => {
    const order = await readOne({
      orders: [{ id: 'a1', status: 'unavailable', approved: '10/2/2017 11:07' }],
    });
    expect(stepsOf(order).map(({ step }) => step)).toEqual(['place', 'pay']);
  });

  it("of many orders follow each other in time, and each order's own stay in their order", async () => {
    await using directory = await sourceDirectory({
      orders: [
        { id: 'late', purchased: '1/3/2018 8:00', approved: '1/3/2018 9:00', carrier: '1/2/2018 7:00' },
        { id: 'early', purchased: '1/2/2018 8:00', approved: '1/4/2018 9:00' },
      ],
    });
    const steps = inOrderOfTime(await readOrders(directory.path));
    expect(steps.map(({ orderId, step }) => `${orderId} ${step}`)).toEqual([
      'early place',
      'late place',
      'late pay',
      'late ship',
      'early pay',
    ]);
  });
});
