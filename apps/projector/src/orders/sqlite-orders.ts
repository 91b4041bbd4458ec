import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteQuery, SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import { NeverPlacedError, type OrderRows } from './orders.projection.js';
import { OrdersQueries, type OrderDetail, type OrderFilter, type OrderRow } from './orders.queries.js';

export const sqliteOrders: OrderRows<SqliteTransaction> = {
  setup(tx, version) {
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
        version INTEGER NOT NULL${version === 2 ? ',\n        line_count INTEGER NOT NULL DEFAULT 0' : ''}
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
  },

  insert(tx, { orderId, customerId, status, totalCents, placedAt, version: at, lines }, version) {
    tx.run(
      `INSERT INTO {orders} (order_id, customer_id, status, total_cents, placed_at, changed_at, version)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[orderId, customerId, status, totalCents, placedAt, placedAt, at],
    );
    for (const [index, line] of lines.entries()) {
      const { productId, quantity, priceCents, freightCents } = line;
      tx.run(
        'INSERT INTO {order_lines} VALUES (?, ?, ?, ?, ?, ?)',
        ...[orderId, index + 1, productId, quantity, priceCents, freightCents],
      );
    }
    if (version === 2) tx.run('UPDATE {orders} SET line_count = ? WHERE order_id = ?', lines.length, orderId);
  },

  update(tx, orderId, { status, changedAt, version, paidCents, refundedCents }) {
    const { changes } = tx.run(
      `UPDATE {orders} SET status = ?, changed_at = ?, version = ?,
         paid_cents = coalesce(?, paid_cents), refunded_cents = coalesce(?, refunded_cents)
       WHERE order_id = ?`,
      ...[status, changedAt, version, paidCents ?? null, refundedCents ?? null, orderId],
    );
    if (changes !== 1) throw new NeverPlacedError(orderId, status);
  },
};

const COLUMNS = `order_id AS orderId, customer_id AS customerId, status, total_cents AS totalCents, paid_cents AS paidCents,
  refunded_cents AS refundedCents, placed_at AS placedAt, changed_at AS changedAt, version`;

const columnsOf = ({ version }: SqliteQuery): string =>
  version.version < 2 ? COLUMNS : `${COLUMNS}, line_count AS lineCount`;

@Injectable()
export class SqliteOrdersQueries extends OrdersQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {
    super();
  }

  list(filter: OrderFilter): Promise<OrderRow[]> {
    return this.readModels.query('orders', (query) => listOrders(query, filter));
  }

  find(orderId: string): Promise<OrderDetail | undefined> {
    return this.readModels.query('orders', (query) => {
      const order = query.get<OrderRow>(
        `SELECT ${columnsOf(query)} FROM {orders} WHERE order_id = ?`,
        orderId,
      );
      if (!order) return undefined;
      const lines = query.all<OrderDetail['lines'][number]>(
        `SELECT product_id AS productId, quantity, price_cents AS priceCents, freight_cents AS freightCents
         FROM {order_lines} WHERE order_id = ? ORDER BY line`,
        orderId,
      );
      return { ...order, lines };
    });
  }
}

function listOrders(query: SqliteQuery, { status, customerId, after, limit }: OrderFilter): OrderRow[] {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, ...its: string[]): void => {
    conditions.push(condition);
    values.push(...its);
  };
  if (status !== undefined) where('status = ?', status);
  if (customerId !== undefined) where('customer_id = ?', customerId);
  if (after) where('(placed_at, order_id) < (?, ?)', after.placedAt, after.orderId);
  const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  return query.all<OrderRow>(
    `SELECT ${columnsOf(query)} FROM {orders} ${filter} ORDER BY placed_at DESC, order_id DESC LIMIT ?`,
    ...values,
    limit,
  );
}
