import type { RecordedEvent } from '@varve/eventstore';
import { On, Projection } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { dayOf } from '../events.js';

interface Amount {
  readonly amountCents: number | null;
}

/** What came in and went out on each day, by the day on which it happened. Amounts that nobody told are counted, not guessed. */
@Projection({ name: 'daily-revenue', version: 1, order: 'stream', categories: ['order'] })
export class DailyRevenue {
  setup(tx: SqliteTransaction): void {
    tx.exec(`
      CREATE TABLE {days} (
        day TEXT PRIMARY KEY,
        paid_orders INTEGER NOT NULL DEFAULT 0,
        paid_cents INTEGER NOT NULL DEFAULT 0,
        refunded_orders INTEGER NOT NULL DEFAULT 0,
        refunded_cents INTEGER NOT NULL DEFAULT 0,
        amounts_not_told INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID
    `);
  }

  @On('order.paid')
  paid(event: RecordedEvent<Amount>, tx: SqliteTransaction): void {
    const { amountCents } = event.data;
    tx.run(
      `INSERT INTO {days} (day, paid_orders, paid_cents, amounts_not_told) VALUES (?, 1, ?, ?)
       ON CONFLICT (day) DO UPDATE SET paid_orders = paid_orders + 1, paid_cents = paid_cents + excluded.paid_cents,
         amounts_not_told = amounts_not_told + excluded.amounts_not_told`,
      dayOf(event),
      amountCents ?? 0,
      amountCents === null ? 1 : 0,
    );
  }

  @On('order.refunded')
  refunded(event: RecordedEvent<Amount>, tx: SqliteTransaction): void {
    const { amountCents } = event.data;
    tx.run(
      `INSERT INTO {days} (day, refunded_orders, refunded_cents, amounts_not_told) VALUES (?, 1, ?, ?)
       ON CONFLICT (day) DO UPDATE SET refunded_orders = refunded_orders + 1, refunded_cents = refunded_cents + excluded.refunded_cents,
         amounts_not_told = amounts_not_told + excluded.amounts_not_told`,
      dayOf(event),
      amountCents ?? 0,
      amountCents === null ? 1 : 0,
    );
  }
}
