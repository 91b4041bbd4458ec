import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idSchema, PAYMENT_METHODS } from '../order/events.js';
import type { OrderItem, Payment } from '../order/events.js';
import { CsvError, readTable } from './csv.js';
import type { CsvRow } from './csv.js';
import { parseLocalTime } from './local-time.js';
import { SOURCE_STATUSES } from './source-order.js';
import type { SourceOrder } from './source-order.js';

const ORDER_COLUMNS = [
  'order_id',
  'customer_id',
  'order_status',
  'order_purchase_timestamp',
  'order_approved_at',
  'order_delivered_carrier_date',
  'order_delivered_customer_date',
] as const;
const ITEM_COLUMNS = ['order_id', 'order_item_id', 'product_id', 'price', 'freight_value'] as const;
const PAYMENT_COLUMNS = ['order_id', 'payment_sequential', 'payment_type', 'payment_value'] as const;
const CUSTOMER_COLUMNS = ['customer_id', 'customer_unique_id'] as const;

/** Reads and checks all files before the first order is given out: a bad line is found before anything is imported. */
export async function readOrders(directory: string): Promise<readonly SourceOrder[]> {
  const read = (file: string) => readFile(join(directory, file), 'utf8');
  const orders = readTable('orders.csv', await read('orders.csv'), ORDER_COLUMNS);
  const items = readTable('order_items.csv', await read('order_items.csv'), ITEM_COLUMNS);
  const payments = readTable('order_payments.csv', await read('order_payments.csv'), PAYMENT_COLUMNS);
  const customers = readTable('customers.csv', await read('customers.csv'), CUSTOMER_COLUMNS);
  const details: Details = {
    items: Map.groupBy(items, (row) => row.values.order_id),
    payments: Map.groupBy(payments, (row) => row.values.order_id),
    people: new Map(customers.map((row) => [row.values.customer_id, row.values.customer_unique_id])),
  };
  refuseDuplicates(orders);
  return orders.map((row) => toOrder(row, details));
}

interface Details {
  readonly items: ReadonlyMap<string, readonly CsvRow<(typeof ITEM_COLUMNS)[number]>[]>;
  readonly payments: ReadonlyMap<string, readonly CsvRow<(typeof PAYMENT_COLUMNS)[number]>[]>;
  readonly people: ReadonlyMap<string, string>;
}

function toOrder(row: CsvRow<(typeof ORDER_COLUMNS)[number]>, details: Details): SourceOrder {
  const fail = (problem: string) => new CsvError('orders.csv', row.line, problem);
  const { values } = row;
  const time = (column: (typeof ORDER_COLUMNS)[number]) => {
    const text = values[column];
    const parsed = parseLocalTime(text);
    if (text !== '' && !parsed)
      throw fail(`${column} is "${text}", which is no time of the form M/D/YYYY H:MM`);
    return parsed;
  };
  const purchasedAt = time('order_purchase_timestamp');
  if (!purchasedAt) throw fail('order_purchase_timestamp is empty');
  const status = SOURCE_STATUSES.find((known) => known === values.order_status);
  if (!status)
    throw fail(`order_status is "${values.order_status}"; known are ${SOURCE_STATUSES.join(', ')}`);
  const orderId = idOf(values.order_id, 'orders.csv', row.line);
  // The source gives every order a customer number of its own; the person behind it is told for some.
  const customerId = details.people.get(values.customer_id) ?? values.customer_id;
  return {
    orderId,
    customerId: idOf(customerId, 'orders.csv', row.line),
    status,
    purchasedAt,
    approvedAt: time('order_approved_at'),
    handedToCarrierAt: time('order_delivered_carrier_date'),
    deliveredAt: time('order_delivered_customer_date'),
    items: details.items.get(orderId)?.map(toItem),
    ...paymentsOf(details.payments.get(orderId)),
  };
}

function toItem({ values, line }: CsvRow<(typeof ITEM_COLUMNS)[number]>): OrderItem {
  return {
    productId: idOf(values.product_id, 'order_items.csv', line),
    quantity: 1,
    priceCents: centsOf(values.price, 'order_items.csv', line),
    freightCents: centsOf(values.freight_value, 'order_items.csv', line),
  };
}

function paymentsOf(
  rows: readonly CsvRow<(typeof PAYMENT_COLUMNS)[number]>[] | undefined,
): Pick<SourceOrder, 'payments' | 'paymentsIncomplete'> {
  if (!rows) return { payments: undefined, paymentsIncomplete: false };
  const inOrder = rows.toSorted(
    (a, b) => Number(a.values.payment_sequential) - Number(b.values.payment_sequential),
  );
  const whole = inOrder.every((row, index) => Number(row.values.payment_sequential) === index + 1);
  return whole
    ? { payments: inOrder.map(toPayment), paymentsIncomplete: false }
    : { payments: undefined, paymentsIncomplete: true };
}

function toPayment({ values, line }: CsvRow<(typeof PAYMENT_COLUMNS)[number]>): Payment {
  const method = PAYMENT_METHODS.find((known) => known === values.payment_type) ?? 'not_told';
  return { method, amountCents: centsOf(values.payment_value, 'order_payments.csv', line) };
}

function refuseDuplicates(orders: readonly CsvRow<'order_id'>[]): void {
  const seen = new Map<string, number>();
  for (const { line, values } of orders) {
    const first = seen.get(values.order_id);
    if (first)
      throw new CsvError('orders.csv', line, `order ${values.order_id} stands in line ${first} already`);
    seen.set(values.order_id, line);
  }
}

function idOf(text: string, file: string, line: number): string {
  if (!idSchema.safeParse(text).success)
    throw new CsvError(file, line, `"${text}" is no id (A-Z a-z 0-9 _ -)`);
  return text;
}

/** By its digits: `0.29 * 100` is not 29. */
function centsOf(text: string, file: string, line: number): number {
  const [, whole, fraction = ''] = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new CsvError(file, line, `"${text}" is no amount with at most two decimals`);
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}
