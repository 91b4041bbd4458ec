import type { RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import { happenedAt } from '../events.js';
import type { OrderDetail, OrderRow, OrdersVersion } from './orders.queries.js';

/** How the rows are kept, in the transaction of whichever database they are in. */
export interface OrderRows<Tx> {
  setup(tx: Tx, version: OrdersVersion): void | Promise<void>;
  insert(tx: Tx, order: NewOrder, version: OrdersVersion): void | Promise<void>;
  /** @throws NeverPlacedError there is no such order */
  update(tx: Tx, orderId: string, change: OrderChange): void | Promise<void>;
}

export type NewOrder = Omit<OrderDetail, 'lineCount'>;

export type OrderChange = Pick<OrderRow, 'status' | 'changedAt' | 'version'> &
  Partial<Pick<OrderRow, 'paidCents' | 'refundedCents'>>;

type Amounts = Pick<OrderChange, 'paidCents' | 'refundedCents'>;

type Placed = Pick<OrderRow, 'orderId' | 'customerId' | 'totalCents'> & {
  readonly items: OrderDetail['lines'];
};

interface Paid {
  readonly amountCents: number | null;
}

/**
 * One row per order, with its lines: the list, the detail and a customer's orders. Version 2 also keeps the number of lines with the order;
 * it is built beside version 1 and takes its place when it has caught up.
 */
export function ordersProjection<Tx>(rows: OrderRows<Tx>, version: OrdersVersion): Projection<Tx> {
  const become = (status: string, amounts: (event: RecordedEvent) => Amounts = () => ({})) => {
    return (event: RecordedEvent, tx: Tx) => {
      const { orderId } = event.data as { orderId: string };
      const moved = { status, changedAt: happenedAt(event), version: event.version };
      return rows.update(tx, orderId, { ...moved, ...amounts(event) });
    };
  };
  return defineProjection<Tx>({
    name: 'orders',
    version,
    order: 'stream',
    categories: ['order'],
    setup: (tx) => rows.setup(tx, version),
    on: {
      'order.placed': (event, tx) => rows.insert(tx, orderPlacedBy(event), version),
      'order.paid': become('paid', ({ data }) => ({ paidCents: (data as Paid).amountCents })),
      'order.shipped': become('shipped'),
      'order.delivered': become('delivered'),
      'order.cancelled': become('cancelled'),
      // Comes with the cancellation, in one commit.
      'order.refunded': become('cancelled', ({ data }) => ({ refundedCents: (data as Paid).amountCents })),
    },
    failurePolicy: { then: 'park' },
  });
}

function orderPlacedBy(event: RecordedEvent): NewOrder {
  const { orderId, customerId, items, totalCents } = event.data as Placed;
  const at = happenedAt(event);
  return {
    orderId,
    customerId,
    status: 'placed',
    totalCents,
    paidCents: null,
    refundedCents: null,
    placedAt: at,
    changedAt: at,
    version: event.version,
    lines: items.map(({ productId, quantity, priceCents, freightCents }) => ({
      productId,
      quantity,
      priceCents,
      freightCents,
    })),
  };
}

export class NeverPlacedError extends Error {
  constructor(orderId: string, status: string) {
    super(`Order ${orderId} became ${status} but was never placed.`);
    this.name = 'NeverPlacedError';
  }
}
