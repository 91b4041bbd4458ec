import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startChild } from '../../support/children.ts';
import { temporaryFolder } from '../../support/temp-dir.ts';
import { assertSome, early, untilUnderWay } from './real-orders.ts';

const MAIN = new URL('./main.ts', import.meta.url);
const COLUMNS =
  'order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,order_delivered_carrier_date,order_delivered_customer_date';

function ordersIn(...lines: readonly string[]): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'orders.csv'), [COLUMNS, ...lines, ''].join('\n'));
  writeFileSync(join(folder, 'order_items.csv'), 'order_id,order_item_id,product_id,price,freight_value\n');
  writeFileSync(
    join(folder, 'order_payments.csv'),
    'order_id,payment_sequential,payment_type,payment_value\n',
  );
  writeFileSync(join(folder, 'customers.csv'), 'customer_id,customer_unique_id\n');
  return folder;
}

const order = (id: string): string => `${id},maria,created,1/2/2018 9:00,,,`;

it('the demo ends at once and in one sentence when the orders of a folder cannot be imported, and leaves no process', async () => {
  const child = startChild(MAIN, ['--orders', ordersIn(order('a1'), order('a1'))]);
  expect(await child.exited).toEqual({ code: 1, signal: null });
  expect(child.stderr).toBe(
    'The orders could not be imported: orders.csv, line 3: order a1 stands in line 2 already.\n',
  );
});

it('the projector is killed among the first quarter of the commits, however few orders there are', () => {
  const folder = ordersIn(order('a1'), order('a2'), order('a3'));
  expect(early({ directory: folder, first: undefined })).toBe(3);
  expect(early({ directory: folder, first: 2 })).toBe(2);
  expect(early({ directory: ordersIn(), first: undefined })).toBe(1);
});

it('an import that is over before is not waited for', async () => {
  const silent = { url: 'http://127.0.0.1:9' } as never;
  const over = Promise.resolve({ code: 0, output: '' });
  expect(await untilUnderWay(silent, 10_000, over)).toBe('when all orders were imported');
});

it('a folder without orders is refused: there would be nothing to compare', () => {
  expect(() => assertSome(0, { directory: '/orders', first: undefined })).toThrow(/has no order/);
});
