import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import type { RevenueDays } from './daily-revenue.projection.js';
import { RevenueQueries, type DayRow } from './revenue.queries.js';

export const sqliteDays: RevenueDays<SqliteTransaction> = {
  setup(tx) {
    tx.exec(`
      CREATE TABLE {days} (
        day TEXT PRIMARY KEY,
        paid_orders INTEGER NOT NULL,
        paid_cents INTEGER NOT NULL,
        refunded_orders INTEGER NOT NULL,
        refunded_cents INTEGER NOT NULL,
        amounts_not_told INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID
    `);
  },

  add(tx, day, figures) {
    tx.run(
      `INSERT INTO {days} VALUES (:day, :paidOrders, :paidCents, :refundedOrders, :refundedCents, :amountsNotTold)
       ON CONFLICT (day) DO UPDATE SET
         paid_orders = paid_orders + excluded.paid_orders, paid_cents = paid_cents + excluded.paid_cents,
         refunded_orders = refunded_orders + excluded.refunded_orders, refunded_cents = refunded_cents + excluded.refunded_cents,
         amounts_not_told = amounts_not_told + excluded.amounts_not_told`,
      { day, ...figures },
    );
  },
};

@Injectable()
export class SqliteRevenueQueries extends RevenueQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {
    super();
  }

  days(from: string, to: string): Promise<DayRow[]> {
    return this.readModels.query('daily-revenue', (query) =>
      query.all<DayRow>(
        `SELECT day, paid_orders AS paidOrders, paid_cents AS paidCents, refunded_orders AS refundedOrders,
           refunded_cents AS refundedCents, amounts_not_told AS amountsNotTold
         FROM {days} WHERE day BETWEEN ? AND ? ORDER BY day`,
        from,
        to,
      ),
    );
  }
}
