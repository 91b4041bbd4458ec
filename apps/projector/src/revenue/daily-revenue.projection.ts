import type { RecordedEvent } from '@varve/eventstore';
import { defineProjection, type Projection } from '@varve/projections';
import { dayOf } from '../events.js';
import type { DayRow } from './revenue.queries.js';

/** How the days are kept, in the transaction of whichever database they are in. */
export interface RevenueDays<Tx> {
  setup(tx: Tx): void | Promise<void>;
  /** Adds to the day, which begins with nothing. */
  add(tx: Tx, day: string, figures: Figures): void | Promise<void>;
}

export type Figures = Omit<DayRow, 'day'>;

const NOTHING: Figures = {
  paidOrders: 0,
  paidCents: 0,
  refundedOrders: 0,
  refundedCents: 0,
  amountsNotTold: 0,
};

/** What came in and went out on each day, by the day on which it happened. Amounts that nobody told are counted, not guessed. */
export function dailyRevenueProjection<Tx>(days: RevenueDays<Tx>): Projection<Tx> {
  return defineProjection<Tx>({
    name: 'daily-revenue',
    version: 1,
    order: 'stream',
    categories: ['order'],
    setup: (tx) => days.setup(tx),
    on: {
      'order.paid': (event, tx) =>
        days.add(tx, dayOf(event), { ...told(event), paidOrders: 1, paidCents: centsOf(event) }),
      'order.refunded': (event, tx) =>
        days.add(tx, dayOf(event), { ...told(event), refundedOrders: 1, refundedCents: centsOf(event) }),
    },
  });
}

function amountOf({ data }: RecordedEvent): number | null {
  return (data as { amountCents: number | null }).amountCents;
}

function centsOf(event: RecordedEvent): number {
  return amountOf(event) ?? 0;
}

function told(event: RecordedEvent): Figures {
  return { ...NOTHING, amountsNotTold: amountOf(event) === null ? 1 : 0 };
}
