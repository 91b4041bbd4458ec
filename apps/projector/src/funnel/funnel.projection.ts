import type { RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import { STEPS } from './funnel.queries.js';

/** How the steps are kept, in the transaction of whichever database they are in. */
export interface FunnelSteps<Tx> {
  setup(tx: Tx): void | Promise<void>;
  /** Adds to each of the steps, which begin with nothing. */
  add(tx: Tx, orders: ReadonlyMap<string, number>): void | Promise<void>;
}

/** How many orders have reached each step. Counts a whole batch in memory and writes each step once. */
export function funnelProjection<Tx>(steps: FunnelSteps<Tx>): Projection<Tx> {
  return defineProjection<Tx>({
    name: 'funnel',
    version: 1,
    order: 'stream',
    categories: ['order'],
    handles: STEPS.map((step) => `order.${step}`),
    setup: (tx) => steps.setup(tx),
    applyBatch: (events, tx) => steps.add(tx, countSteps(events)),
  });
}

function countSteps(events: readonly RecordedEvent[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of events) {
    const step = type.slice('order.'.length);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return counts;
}
