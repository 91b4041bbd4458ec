import type { RecordedEvent } from '@varve/eventstore';
import { defineProjection } from '@varve/projections';
import type { SqliteTransaction } from '@varve/projections/sqlite';

export const STEPS = ['placed', 'paid', 'shipped', 'delivered', 'cancelled', 'refunded'] as const;

/** How many orders have reached each step. Counts a whole batch in memory and writes each step once. */
export const funnelProjection = defineProjection<SqliteTransaction>({
  name: 'funnel',
  version: 1,
  order: 'stream',
  categories: ['order'],
  handles: STEPS.map((step) => `order.${step}`),
  setup: (tx) =>
    tx.exec('CREATE TABLE {steps} (step TEXT PRIMARY KEY, orders INTEGER NOT NULL) STRICT, WITHOUT ROWID'),
  applyBatch: (events, tx) => {
    for (const [step, orders] of countSteps(events)) {
      tx.run(
        'INSERT INTO {steps} VALUES (?, ?) ON CONFLICT (step) DO UPDATE SET orders = orders + excluded.orders',
        step,
        orders,
      );
    }
  },
});

function countSteps(events: readonly RecordedEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of events) {
    const step = type.slice('order.'.length);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return counts;
}
