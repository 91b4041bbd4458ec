import type { EventStore, RecordedEvent } from '@varve/eventstore';

/** A row as text, by its key: `orders demo-1` → its columns. */
export type Rows = Map<string, Record<string, unknown>>;

interface Placed {
  readonly orderId: string;
  readonly customerId: string;
  readonly totalCents: number | null;
  readonly items: readonly Record<'productId' | 'quantity' | 'priceCents' | 'freightCents', unknown>[];
}

/**
 * What the read models must hold, worked out from the log with nothing but Maps: it shares no code with the projections, so both can only
 * be wrong in the same way by chance.
 */
export async function foldLog(log: EventStore): Promise<Rows> {
  const rows: Rows = new Map();
  for await (const { commits } of log.readAll(0)) {
    for (const commit of commits) for (const event of commit.events) fold(rows, event);
  }
  return rows;
}

function fold(rows: Rows, event: RecordedEvent): void {
  const { occurredAt } = event.metadata;
  const at = typeof occurredAt === 'string' ? occurredAt : event.at.toISOString();
  const step = event.type.replace('order.', '');
  const { orderId, amountCents } = event.data as { orderId: string; amountCents?: number | null };
  count(rows, `steps ${step}`, { orders: 1 });
  if (step === 'placed') {
    place(rows, event, at);
    return;
  }
  const order = rows.get(`orders ${orderId}`);
  if (!order) throw new Error(`Order ${orderId} was ${step} without being placed.`);
  order['status'] = step === 'refunded' ? 'cancelled' : step;
  order['changed_at'] = at;
  order['version'] = event.version;
  if (step === 'paid' || step === 'refunded') {
    order[`${step}_cents`] = amountCents;
    count(rows, `days ${at.slice(0, 10)}`, {
      paid_orders: 0,
      paid_cents: 0,
      refunded_orders: 0,
      refunded_cents: 0,
      amounts_not_told: amountCents === null ? 1 : 0,
      [`${step}_orders`]: 1,
      [`${step}_cents`]: amountCents ?? 0,
    });
  }
}

function place(rows: Rows, event: RecordedEvent, at: string): void {
  const { orderId, customerId, totalCents, items } = event.data as Placed;
  rows.set(`orders ${orderId}`, {
    customer_id: customerId,
    status: 'placed',
    total_cents: totalCents,
    paid_cents: null,
    refunded_cents: null,
    placed_at: at,
    changed_at: at,
    version: event.version,
    line_count: items.length,
  });
  items.forEach((item, index) => {
    rows.set(`order_lines ${orderId} ${index + 1}`, {
      product_id: item.productId,
      quantity: item.quantity,
      price_cents: item.priceCents,
      freight_cents: item.freightCents,
    });
  });
}

function count(rows: Rows, key: string, by: Readonly<Record<string, number>>): void {
  const row = rows.get(key) ?? {};
  for (const [column, amount] of Object.entries(by))
    row[column] = ((row[column] as number | undefined) ?? 0) + amount;
  rows.set(key, row);
}
