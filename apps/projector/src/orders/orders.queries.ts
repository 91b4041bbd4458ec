import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteQuery, SqliteReadModels } from '@varve/projections/sqlite';

export interface OrderRow {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: string;
  readonly totalCents: number | null;
  readonly paidCents: number | null;
  readonly refundedCents: number | null;
  readonly placedAt: string;
  readonly changedAt: string;
  readonly version: number;
  /** From version 2 of the read model on. */
  readonly lineCount?: number;
}

export interface OrderDetail extends OrderRow {
  readonly lines: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly priceCents: number;
    readonly freightCents: number;
  }[];
}

/** Where the page before ended. */
export interface PageStart {
  readonly placedAt: string;
  readonly orderId: string;
}

export interface OrderFilter {
  readonly status?: string | undefined;
  readonly customerId?: string | undefined;
  readonly after?: PageStart | undefined;
  readonly limit: number;
}

/** Instances of the old release read the new version's rows too, once it is live, and those of the new release the old one's until then. */
const columnsOf = ({ version }: SqliteQuery): string =>
  version.version < 2 ? COLUMNS : `${COLUMNS}, line_count AS lineCount`;

const COLUMNS = `order_id AS orderId, customer_id AS customerId, status, total_cents AS totalCents, paid_cents AS paidCents,
  refunded_cents AS refundedCents, placed_at AS placedAt, changed_at AS changedAt, version`;

@Injectable()
export class OrdersQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {}

  /** Newest first. */
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
