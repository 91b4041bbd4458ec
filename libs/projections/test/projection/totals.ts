import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import type { SqliteTransaction } from '@varve/projections/sqlite';

export interface OrderRow {
  readonly id: string;
  readonly cents: number;
  readonly events: number;
}

export type TotalsOptions = Partial<
  Pick<Projection<SqliteTransaction>, 'version' | 'order' | 'failurePolicy'>
> & {
  /** Called before an event is applied; what it throws fails the event. */
  readonly before?: (event: RecordedEvent) => void;
  readonly after?: (event: RecordedEvent) => void;
  /** What this version of the code makes of an amount. */
  readonly times?: number;
};

/** One row per order: what was charged in all, and by how many events. */
export function totals(options: TotalsOptions = {}): Projection<SqliteTransaction> {
  const { before, after, times = 1, version = 1, order = 'stream', failurePolicy } = options;
  return defineProjection<SqliteTransaction>({
    name: 'totals',
    version,
    order,
    ...(failurePolicy && { failurePolicy }),
    setup: (tx) =>
      tx.exec('CREATE TABLE {totals} (id TEXT PRIMARY KEY, cents INTEGER, events INTEGER) STRICT'),
    on: {
      'order.charged': (event, tx) => {
        before?.(event);
        const { cents } = event.data as { cents: number };
        tx.run(
          `INSERT INTO {totals} VALUES (?, ?, 1)
           ON CONFLICT (id) DO UPDATE SET cents = cents + excluded.cents, events = events + 1`,
          event.stream,
          cents * times,
        );
        after?.(event);
      },
    },
  });
}

export async function charge(log: EventStore, stream: string, cents: number): Promise<number> {
  const result = await log.append(stream, 'any', [{ type: 'order.charged', data: { cents } }]);
  if (!result.ok) throw new Error('"any" is always met');
  return result.commit.position;
}

/** What the rows must be, from the log alone. */
export async function foldOf(log: EventStore, times = 1): Promise<OrderRow[]> {
  const rows = new Map<string, OrderRow>();
  for await (const { commits } of log.readAll(0)) {
    for (const event of commits.flatMap((commit) => commit.events)) {
      const { cents = 0, events = 0 } = rows.get(event.stream) ?? {};
      const charged = (event.data as { cents: number }).cents * times;
      rows.set(event.stream, { id: event.stream, cents: cents + charged, events: events + 1 });
    }
  }
  return [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
