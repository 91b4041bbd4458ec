import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import type { MongoWatermarkReadModels, WatermarkTransaction } from '@varve/projections/mongodb';

export interface OrderRow {
  readonly _id: string;
  readonly cents: number;
  readonly events: number;
}

/** Changed by all streams, so that nothing in it commutes. */
export interface LedgerRow {
  readonly _id: string;
  readonly events: number;
  readonly trail: string;
}

export interface Rows {
  readonly orders: readonly OrderRow[];
  readonly ledger: readonly LedgerRow[];
}

type Event = Pick<RecordedEvent, 'stream' | 'type' | 'data'>;

/** What an event makes of its order's row: a closed order has none. */
export function evolveOrder(row: OrderRow | undefined, { stream, type, data }: Event): OrderRow | undefined {
  if (type === 'order.closed') return undefined;
  const { cents } = data as { cents: number };
  return { _id: stream, cents: (row?.cents ?? 0) + cents, events: (row?.events ?? 0) + 1 };
}

function evolveLedger(row: LedgerRow | undefined, { stream }: Event): LedgerRow {
  const trail = `${row?.trail ?? ''}${stream.at(-1) ?? ''}`;
  return { _id: 'all', events: (row?.events ?? 0) + 1, trail };
}

export function totals(
  options: Partial<Projection<WatermarkTransaction>> = {},
): Projection<WatermarkTransaction> {
  const apply = (event: RecordedEvent, tx: WatermarkTransaction): void => {
    tx.collection<OrderRow>('orders').evolve(event.stream, event, evolveOrder);
    tx.collection<LedgerRow>('ledger').evolve('all', event, evolveLedger);
  };
  const declared = defineProjection<WatermarkTransaction>({
    name: 'totals',
    version: 1,
    order: 'log',
    on: { 'order.charged': apply, 'order.closed': apply },
  });
  return { ...declared, ...options };
}

export async function charge(log: EventStore, stream: string, cents: number): Promise<void> {
  await log.append(stream, 'any', [{ type: 'order.charged', data: { cents } }]);
}

export async function close(log: EventStore, stream: string): Promise<void> {
  await log.append(stream, 'any', [{ type: 'order.closed', data: {} }]);
}

/** Orders that are charged, closed, and charged again. */
export async function fill(log: EventStore, commits: number, random: () => number): Promise<void> {
  for (let i = 0; i < commits; i++) {
    const stream = `order-${Math.floor(random() * 4)}`;
    if (random() < 0.25) await close(log, stream);
    else await charge(log, stream, i + 1);
  }
}

export async function rowsOf(readModels: MongoWatermarkReadModels): Promise<Rows> {
  return readModels.query('totals', async (q) => ({
    orders: await q.collection<OrderRow>('orders').find().sort({ _id: 1 }).toArray(),
    ledger: await q.collection<LedgerRow>('ledger').find().toArray(),
  }));
}

/** What the rows must be, from the log alone. */
export async function foldOf(log: EventStore): Promise<Rows> {
  const orders = new Map<string, OrderRow>();
  let ledger: LedgerRow | undefined;
  for await (const { commits } of log.readAll(0)) {
    for (const event of commits.flatMap((commit) => commit.events)) {
      const row = evolveOrder(orders.get(event.stream), event);
      if (row) orders.set(event.stream, row);
      else orders.delete(event.stream);
      ledger = evolveLedger(ledger, event);
    }
  }
  const sorted = [...orders.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1));
  return { orders: sorted, ledger: ledger ? [ledger] : [] };
}
