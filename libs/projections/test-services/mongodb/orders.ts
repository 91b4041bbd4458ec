import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { defineProjection, Projector, type Projection, type ProjectorOptions } from '@varve/projections';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';

export interface OrderRow {
  readonly _id: string;
  readonly cents: number;
  readonly events: number;
}

export type TotalsOptions = Partial<
  Pick<Projection<MongoTransaction>, 'version' | 'order' | 'failurePolicy'>
> & {
  /** Called before an event is applied; what it throws fails the event. */
  readonly before?: (event: RecordedEvent, tx: MongoTransaction) => void | Promise<void>;
  /** What this version of the code makes of an amount. */
  readonly times?: number;
};

/** One row per order: what was charged in all, and by how many events. */
export function totals(options: TotalsOptions = {}): Projection<MongoTransaction> {
  const { before, times = 1, version = 1, order = 'stream', failurePolicy } = options;
  return defineProjection<MongoTransaction>({
    name: 'totals',
    version,
    order,
    ...(failurePolicy && { failurePolicy }),
    setup: (tx) => tx.createCollection('totals'),
    on: {
      'order.charged': async (event, tx) => {
        await before?.(event, tx);
        const { cents } = event.data as { cents: number };
        const rows = tx.collection<OrderRow>('totals');
        const charged = { $inc: { cents: cents * times, events: 1 } };
        await rows.updateOne({ _id: event.stream }, charged, { upsert: true });
      },
    },
  });
}

export function rowsOf(readModels: MongoReadModels): Promise<OrderRow[]> {
  return readModels.query('totals', (q) =>
    q.collection<OrderRow>('totals').find().sort({ _id: 1 }).toArray(),
  );
}

/** Retries at once, so that failures are quick. */
export const AT_ONCE = { retries: 0, firstDelay: 0, maxDelay: 0 };

export async function charge(log: EventStore, stream: string, cents: number): Promise<void> {
  await log.append(stream, 'any', [{ type: 'order.charged', data: { cents } }]);
}

/** What the rows must be, from the log alone. */
export async function foldOf(log: EventStore, times = 1): Promise<OrderRow[]> {
  const rows = new Map<string, OrderRow>();
  for await (const { commits } of log.readAll(0)) {
    for (const event of commits.flatMap((commit) => commit.events)) {
      const { cents = 0, events = 0 } = rows.get(event.stream) ?? {};
      const charged = (event.data as { cents: number }).cents * times;
      rows.set(event.stream, { _id: event.stream, cents: cents + charged, events: events + 1 });
    }
  }
  return [...rows.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1));
}

export function projector<Tx>(options: ProjectorOptions<Tx>): Projector<Tx> {
  return new Projector({ versionCheckInterval: 20, failurePolicy: AT_ONCE, ...options });
}
