import 'reflect-metadata';
import { CommandBus } from '@nestjs/cqrs';
import { describe, expect, it } from 'vitest';
import { importOrders } from '../src/import/import-orders.js';
import type { ImportOptions } from '../src/import/import-orders.js';
import { readOrders } from '../src/import/read-orders.js';
import { reportText } from '../src/import/report-text.js';
import { eventsOf, startOrderApp } from './support/order-app.js';
import { sourceDirectory } from './support/source-files.js';
import type { SourceFiles } from './support/source-files.js';

const whole = {
  approved: '10/2/2017 11:07',
  carrier: '10/4/2017 19:55',
  delivered: '10/10/2017 21:25',
};

async function importer() {
  const { app, send } = await startOrderApp();
  const bus = app.get(CommandBus);
  const run = async (files: SourceFiles, options: ImportOptions = {}) => {
    await using directory = await sourceDirectory(files);
    return await importOrders(await readOrders(directory.path), (command) => bus.execute(command), options);
  };
  return { app, send, run };
}

describe('an import', () => {
  it('carries out each step of an order as a command, with its own time in the metadata', async () => {
    const { app, run, send } = await importer();
    const report = await run({
      orders: [{ id: 'a1', customer: 'c1', ...whole }],
      items: [['a1', 1, '199.9', '18.14']],
      payments: [
        ['a1', 1, 'credit_card', '200.04'],
        ['a1', 2, 'voucher', '18'],
      ],
      customers: [['c1', 'maria']],
    });
    expect(report).toMatchObject({
      outcome: 'complete',
      orders: 1,
      steps: 4,
      appended: 4,
      repeated: 0,
      refused: [],
    });
    const events = await eventsOf(app, 'a1');
    expect(events.map(({ type, metadata }) => [type, metadata['occurredAt']])).toEqual([
      ['order.placed', '2017-10-02T10:56:00'],
      ['order.paid', '2017-10-02T11:07:00'],
      ['order.shipped', '2017-10-04T19:55:00'],
      ['order.delivered', '2017-10-10T21:25:00'],
    ]);
    expect(events[0]).toMatchObject({ metadata: { actor: 'import', correlationId: 'import-a1' } });
    expect((await send('GET /orders/a1')).body).toMatchObject({
      customerId: 'maria',
      status: 'delivered',
      totalCents: 21_804,
    });
  });

  it('run twice imports nothing twice, and says so', async () => {
    const { run, app } = await importer();
    const files = {
      orders: [
        { id: 'a1', ...whole },
        { id: 'a2', status: 'canceled', ...whole },
      ],
    };
    const first = await run(files);
    const again = await run(files);
    expect([first.appended, first.repeated]).toEqual([8, 0]);
    expect([again.appended, again.repeated]).toEqual([0, 8]);
    expect(again.refused).toEqual(first.refused);
    expect(await eventsOf(app, 'a1')).toHaveLength(4);
  });

  it('stopped in the middle is finished by the next one', async () => {
    const { run } = await importer();
    const files = { orders: Array.from({ length: 30 }, (_, n) => ({ id: `a${n}`, ...whole })) };
    const stop = new AbortController();
    const stopped = await run(files, {
      concurrency: 4,
      signal: stop.signal,
      onProgress: (done) => {
        if (done === 20) stop.abort();
      },
    });
    expect(stopped.outcome).toBe('stopped');
    expect(stopped.appended).toBeLessThan(120);
    const rest = await run(files);
    expect(rest).toMatchObject({
      outcome: 'complete',
      appended: 120 - stopped.appended,
      repeated: stopped.appended,
    });
  });

  it('refunds a cancelled order what was paid for it, at a time of which only "not before" is known', async () => {
    const { app, run } = await importer();
    await run({
      orders: [{ id: 'a1', status: 'canceled', approved: whole.approved }],
      payments: [['a1', 1, 'boleto', '283.34']],
    });
    const [, , cancelled, refunded] = await eventsOf(app, 'a1');
    expect(cancelled).toMatchObject({
      type: 'order.cancelled',
      metadata: { occurredAt: '2017-10-02T11:07:00', occurredAtIs: 'not-before' },
    });
    expect(refunded).toMatchObject({ type: 'order.refunded', data: { amountCents: 28_334 } });
  });

  it('places an order of which no items are told, at a total that nobody knows', async () => {
    const { app, run } = await importer();
    await run({ orders: [{ id: 'a1', approved: whole.approved }] });
    const [placed, paid] = await eventsOf(app, 'a1');
    expect(placed).toMatchObject({ data: { items: [], totalCents: null } });
    expect(paid).toMatchObject({ data: { amountCents: null, payments: [] } });
  });

  it('does not compare payments with the total when one of them is missing from the files', async () => {
    const { app, run } = await importer();
    const report = await run({
      orders: [{ id: 'a1', ...whole }],
      items: [['a1', 1, '209', '16.21']],
      payments: [['a1', 2, 'voucher', '50']],
    });
    expect(report).toMatchObject({ refused: [], observations: { 'payments-incomplete': 1 } });
    expect((await eventsOf(app, 'a1'))[1]).toMatchObject({
      data: { amountCents: 22_521, payments: [{ method: 'not_told', amountCents: 22_521 }] },
    });
  });

  it('reports what the rules refuse and why, and goes on with the order', async () => {
    const { run, send } = await importer();
    const report = await run({
      orders: [
        { id: 'unpaid', carrier: whole.carrier, delivered: whole.delivered },
        { id: 'recalled', status: 'canceled', ...whole },
        { id: 'underpaid', ...whole },
      ],
      items: [['underpaid', 1, '100', '0']],
      payments: [['underpaid', 1, 'voucher', '50']],
    });
    expect(report.refused.map(({ orderId, step, rule }) => `${orderId} ${step} ${rule}`).toSorted()).toEqual([
      'recalled cancel already-shipped',
      'underpaid deliver not-shipped',
      'underpaid pay payment-differs-from-total',
      'underpaid ship not-paid',
      'unpaid deliver not-shipped',
      'unpaid ship not-paid',
    ]);
    expect((await send('GET /orders/recalled')).body).toMatchObject({ status: 'delivered' });
    const text = reportText(report, 1_000);
    expect(text).toContain('2  ship: not-paid');
    expect(text).toContain('Order underpaid costs 10000 cents; the payments come to 5000.');
  });

  it('leaves an order alone that was not placed by an import', async () => {
    const { app, send, run } = await importer();
    const item = { productId: 'lamp', quantity: 1, priceCents: 1_000, freightCents: 0 };
    await send('POST /orders', { orderId: 'a1', customerId: 'maria', items: [item] });
    const report = await run({
      orders: [
        { id: 'a1', ...whole },
        { id: 'a2', ...whole },
      ],
    });
    expect(report.appended).toBe(4);
    expect(report.refused.map(({ orderId, step, rule }) => `${orderId} ${step} ${rule}`)).toEqual(
      ['place', 'pay', 'ship', 'deliver'].map((step) => `a1 ${step} already-placed`),
    );
    expect(await eventsOf(app, 'a1')).toHaveLength(1);
  });

  it('ends with an error that is no rule, and starts no further step', async () => {
    await using directory = await sourceDirectory({
      orders: Array.from({ length: 10 }, (_, n) => ({ id: `a${n}`, ...whole })),
    });
    let executed = 0;
    const failing = importOrders(
      await readOrders(directory.path),
      () => {
        executed += 1;
        return Promise.reject(new Error('the disk is gone'));
      },
      { concurrency: 3 },
    );
    await expect(failing).rejects.toThrow('the disk is gone');
    expect(executed).toBeLessThanOrEqual(3);
  });
});
