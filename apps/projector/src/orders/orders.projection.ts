import type { RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { happenedAt } from '../events.js';

interface Placed {
  readonly orderId: string;
  readonly customerId: string;
  readonly items: readonly Line[];
  readonly totalCents: number | null;
}

interface Line {
  readonly productId: string;
  readonly quantity: number;
  readonly priceCents: number;
  readonly freightCents: number;
}

interface Paid {
  readonly orderId: string;
  readonly amountCents: number | null;
}

/**
 * One row per order and one per line: the list, the detail and a customer's orders. Version 2 also keeps the number of lines with the order;
 * it is built beside version 1 and takes its place when it has caught up.
 */
export function ordersProjection(version: 1 | 2): Projection<SqliteTransaction> {
  return defineProjection<SqliteTransaction>({
    name: 'orders',
    version,
    order: 'stream',
    categories: ['order'],
    setup: (tx) => setup(tx, version),
    on: {
      'order.placed': (event, tx) => placed(event, tx, version),
      'order.paid': paid,
      'order.shipped': (event, tx) => move(event, tx, 'shipped'),
      'order.delivered': (event, tx) => move(event, tx, 'delivered'),
      'order.cancelled': (event, tx) => move(event, tx, 'cancelled'),
      'order.refunded': refunded,
    },
    failurePolicy: { then: 'park' },
  });
}

function setup(tx: SqliteTransaction, version: 1 | 2): void {
  tx.exec(`
    CREATE TABLE {orders} (
      order_id TEXT PRIMARY KEY,
      customer_id TEXT NOT NULL,
      status TEXT NOT NULL,
      total_cents INTEGER,
      paid_cents INTEGER,
      refunded_cents INTEGER,
      placed_at TEXT NOT NULL,
      changed_at TEXT NOT NULL,
      version INTEGER NOT NULL${version === 2 ? ',\n      line_count INTEGER NOT NULL DEFAULT 0' : ''}
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX {orders_by_time} ON {orders} (placed_at, order_id);
    CREATE INDEX {orders_by_customer} ON {orders} (customer_id, placed_at);
    CREATE TABLE {order_lines} (
      order_id TEXT NOT NULL,
      line INTEGER NOT NULL,
      product_id TEXT NOT NULL,
      quantity INTEGER NOT NULL,
      price_cents INTEGER NOT NULL,
      freight_cents INTEGER NOT NULL,
      PRIMARY KEY (order_id, line)
    ) STRICT, WITHOUT ROWID;
  `);
}

function placed(event: RecordedEvent, tx: SqliteTransaction, version: 1 | 2): void {
  const { orderId, customerId, items, totalCents } = event.data as Placed;
  const at = happenedAt(event);
  tx.run(
    `INSERT INTO {orders} (order_id, customer_id, status, total_cents, placed_at, changed_at, version)
     VALUES (?, ?, 'placed', ?, ?, ?, ?)`,
    orderId,
    customerId,
    totalCents,
    at,
    at,
    event.version,
  );
  for (const [line, item] of items.entries()) {
    tx.run(
      'INSERT INTO {order_lines} VALUES (?, ?, ?, ?, ?, ?)',
      orderId,
      line + 1,
      item.productId,
      item.quantity,
      item.priceCents,
      item.freightCents,
    );
  }
  if (version === 2) tx.run('UPDATE {orders} SET line_count = ? WHERE order_id = ?', items.length, orderId);
}

function paid(event: RecordedEvent, tx: SqliteTransaction): void {
  const { orderId, amountCents } = event.data as Paid;
  tx.run('UPDATE {orders} SET paid_cents = ? WHERE order_id = ?', amountCents, orderId);
  move(event, tx, 'paid');
}

/** Comes with the cancellation, in one commit. */
function refunded(event: RecordedEvent, tx: SqliteTransaction): void {
  const { orderId, amountCents } = event.data as Paid;
  tx.run('UPDATE {orders} SET refunded_cents = ? WHERE order_id = ?', amountCents, orderId);
  move(event, tx, 'cancelled');
}

function move(event: RecordedEvent, tx: SqliteTransaction, status: string): void {
  const { orderId } = event.data as { orderId: string };
  const { changes } = tx.run(
    'UPDATE {orders} SET status = ?, changed_at = ?, version = ? WHERE order_id = ?',
    status,
    happenedAt(event),
    event.version,
    orderId,
  );
  if (changes !== 1) throw new Error(`Order ${orderId} became ${status} but was never placed.`);
}
