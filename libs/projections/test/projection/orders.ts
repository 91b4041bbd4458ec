import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { defineProjection, Projector, type Projection, type ProjectorOptions } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

export interface OrderRow {
  readonly id: string;
  readonly cents: number;
  readonly events: number;
}

type Options = Partial<Pick<Projection<SqliteTransaction>, 'version' | 'order' | 'failurePolicy'>> & {
  /** Called before an event is applied; what it throws fails the event. */
  readonly before?: (event: RecordedEvent) => void;
  /** What this version of the code makes of an amount. */
  readonly times?: number;
};

/** One row per order: what was charged in all. */
export function totals({ before, times = 1, version = 1, order = 'stream', failurePolicy }: Options = {}) {
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
      },
    },
  });
}

export function rowsOf(readModels: SqliteReadModels): Promise<OrderRow[]> {
  return readModels.query('totals', (q) => q.all<OrderRow>('SELECT * FROM {totals} ORDER BY id'));
}

export async function charge(log: EventStore, stream: string, cents: number): Promise<number> {
  const result = await log.append(stream, 'any', [{ type: 'order.charged', data: { cents } }]);
  if (!result.ok) throw new Error('nobody else appends here');
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

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export function closeAfterwards(close: () => Promise<void>): void {
  closing.push(close);
}

export async function openReadModels(
  file = join(temporaryFolder(), 'read-models.db'),
): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file });
  closeAfterwards(() => readModels.close());
  return readModels;
}

export function newLog(): InMemoryEventStore {
  const log = new InMemoryEventStore();
  closeAfterwards(() => log.close());
  return log;
}

/** Retries at once, so that failures are quick. */
export const AT_ONCE = { retries: 0, firstDelay: 0, maxDelay: 0 };

export function projector(options: ProjectorOptions<SqliteTransaction>): Projector<SqliteTransaction> {
  const made = new Projector({ versionCheckInterval: 10, failurePolicy: AT_ONCE, ...options });
  closeAfterwards(() => made.stop());
  return made;
}
