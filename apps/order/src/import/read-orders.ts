import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idSchema, PAYMENT_METHODS } from '../order/events.js';
import type { OrderItem, Payment } from '../order/events.js';
import { CsvError, readTable, shown } from './csv.js';
import type { CsvRow } from './csv.js';
import { parseLocalTime, TIME_FORMS } from './local-time.js';
import type { Stray } from './observations.js';
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

export interface Source {
  readonly orders: readonly SourceOrder[];
  /** Lines of items and payments that belong to none of them. */
  readonly strays: Readonly<Partial<Record<Stray, number>>>;
}

/** Reads and checks all files before the first order is given out: a bad line is found before anything is imported. */
export async function readSource(directory: string): Promise<Source> {
  const read = <Column extends string>(file: string, columns: readonly Column[]) =>
    readFile(join(directory, file), 'utf8').then(
      (text) => readTable(file, text, columns),
      (error: unknown) => unreadable(join(directory, file), error),
    );
  const orders = await read('orders.csv', ORDER_COLUMNS);
  const items = await read('order_items.csv', ITEM_COLUMNS);
  const payments = await read('order_payments.csv', PAYMENT_COLUMNS);
  const customers = await read('customers.csv', CUSTOMER_COLUMNS);
  const details: Details = {
    items: Map.groupBy(items, (row) => row.values.order_id),
    payments: Map.groupBy(payments, (row) => row.values.order_id),
    people: peopleOf(customers),
  };
  const told = orders.map((row) => toOrder(row, details));
  const known = knownOrders(orders);
  return {
    orders: told,
    strays: {
      ...strays('items-of-no-order', items, known),
      ...strays('payments-of-no-order', payments, known),
    },
  };
}

export async function readOrders(directory: string): Promise<readonly SourceOrder[]> {
  return (await readSource(directory)).orders;
}

function unreadable(file: string, error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'there is no such file' : message;
  throw new CsvError(file, undefined, `cannot be read: ${why}`);
}

function strays(
  kind: Stray,
  rows: readonly CsvRow<'order_id'>[],
  known: ReadonlyMap<string, number>,
): Source['strays'] {
  const count = rows.filter(({ values }) => !known.has(values.order_id)).length;
  return count === 0 ? {} : { [kind]: count };
}

interface Details {
  readonly items: ReadonlyMap<string, readonly CsvRow<(typeof ITEM_COLUMNS)[number]>[]>;
  readonly payments: ReadonlyMap<string, readonly CsvRow<(typeof PAYMENT_COLUMNS)[number]>[]>;
  readonly people: ReadonlyMap<string, CsvRow<'customer_unique_id'>>;
}

function toOrder(row: CsvRow<(typeof ORDER_COLUMNS)[number]>, details: Details): SourceOrder {
  const fail = (problem: string) => new CsvError('orders.csv', row.line, problem);
  const { values } = row;
  const time = (column: (typeof ORDER_COLUMNS)[number]) => {
    const text = values[column];
    const parsed = parseLocalTime(text);
    if (text !== '' && !parsed)
      throw fail(`${column} is ${shown(text)}, which is no local time of the form ${TIME_FORMS}`);
    return parsed;
  };
  const purchasedAt = time('order_purchase_timestamp');
  if (!purchasedAt) throw fail('order_purchase_timestamp is empty');
  const status = SOURCE_STATUSES.find((known) => known === values.order_status);
  if (!status)
    throw fail(`order_status is ${shown(values.order_status)}; known are ${SOURCE_STATUSES.join(', ')}`);
  const orderId = idOf(values.order_id, 'orders.csv', row.line);
  return {
    orderId,
    customerId: customerOf(row, details.people),
    status,
    purchasedAt,
    approvedAt: time('order_approved_at'),
    handedToCarrierAt: time('order_delivered_carrier_date'),
    deliveredAt: time('order_delivered_customer_date'),
    ...itemsOf(details.items.get(orderId)),
    ...paymentsOf(details.payments.get(orderId)),
  };
}

/** The source gives every order a customer number of its own; the person behind it is told for some. */
function customerOf({ values, line }: CsvRow<'customer_id'>, people: Details['people']): string {
  const person = people.get(values.customer_id);
  return person
    ? idOf(person.values.customer_unique_id, 'customers.csv', person.line)
    : idOf(values.customer_id, 'orders.csv', line);
}

/** By customer number. Who stands there twice is the same person both times. */
function peopleOf(rows: readonly CsvRow<(typeof CUSTOMER_COLUMNS)[number]>[]): Details['people'] {
  const people = new Map<string, CsvRow<'customer_unique_id'>>();
  for (const row of rows) {
    const { customer_id: number, customer_unique_id: person } = row.values;
    const first = people.get(number);
    if (first && first.values.customer_unique_id !== person) {
      const problem = `customer ${shown(number)} stands in line ${first.line} already, as another person`;
      throw new CsvError('customers.csv', row.line, problem);
    }
    people.set(number, first ?? row);
  }
  return people;
}

function itemsOf(
  rows: readonly CsvRow<(typeof ITEM_COLUMNS)[number]>[] | undefined,
): Pick<SourceOrder, 'items' | 'itemsIncomplete'> {
  if (!rows) return { items: undefined, itemsIncomplete: false };
  const inOrder = whole(rows, 'order_item_id', 'order_items.csv');
  // Each is looked at all the same: a line that is wrong is wrong, whatever is missing beside it.
  const items = (inOrder ?? rows).map(toItem);
  return inOrder ? { items, itemsIncomplete: false } : { items: undefined, itemsIncomplete: true };
}

/** In the order of their numbers, if none is missing and none there twice. */
function whole<Column extends string>(
  rows: readonly CsvRow<Column>[],
  numbered: NoInfer<Column>,
  file: string,
): readonly CsvRow<Column>[] | undefined {
  for (const { line, values } of rows) {
    const text: string = values[numbered];
    if (!/^\d{1,9}$/.test(text))
      throw new CsvError(file, line, `${numbered} is ${shown(text)}; they are counted 1, 2, 3 …`);
  }
  const numberOf = ({ values }: CsvRow<Column>): number => Number(values[numbered]);
  const inOrder = rows.toSorted((a, b) => numberOf(a) - numberOf(b));
  return inOrder.every((row, index) => numberOf(row) === index + 1) ? inOrder : undefined;
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
): Pick<SourceOrder, 'payments' | 'paymentsIncomplete' | 'paymentMethodUnknown'> {
  const none = { payments: undefined, paymentsIncomplete: false, paymentMethodUnknown: false };
  if (!rows) return none;
  const inOrder = whole(rows, 'payment_sequential', 'order_payments.csv');
  const payments = (inOrder ?? rows).map(toPayment);
  if (!inOrder) return { ...none, paymentsIncomplete: true };
  const paymentMethodUnknown = payments.some(({ method }) => method === 'not_told');
  return { payments, paymentsIncomplete: false, paymentMethodUnknown };
}

function toPayment({ values, line }: CsvRow<(typeof PAYMENT_COLUMNS)[number]>): Payment {
  const method = PAYMENT_METHODS.find((known) => known === values.payment_type) ?? 'not_told';
  return { method, amountCents: centsOf(values.payment_value, 'order_payments.csv', line) };
}

/** By id, with the line. */
function knownOrders(orders: readonly CsvRow<'order_id'>[]): ReadonlyMap<string, number> {
  const seen = new Map<string, number>();
  for (const { line, values } of orders) {
    const first = seen.get(values.order_id);
    if (first)
      throw new CsvError('orders.csv', line, `order ${values.order_id} stands in line ${first} already`);
    seen.set(values.order_id, line);
  }
  return seen;
}

function idOf(text: string, file: string, line: number): string {
  if (!idSchema.safeParse(text).success)
    throw new CsvError(file, line, `${shown(text)} is no id: use 1 to 64 of A-Z a-z 0-9 _ -`);
  return text;
}

/** By its digits: `0.29 * 100` is not 29. As much as an event takes. */
function centsOf(text: string, file: string, line: number): number {
  const [, whole, fraction = ''] = /^(\d{1,7})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === undefined)
    throw new CsvError(
      file,
      line,
      `${shown(text)} is no amount: use digits, with at most two decimals, up to 9999999.99`,
    );
  return Number(whole) * 100 + Number(fraction.padEnd(2, '0'));
}
