import { Injectable } from '@nestjs/common';
import { InjectReadModels } from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';

export interface DayRow {
  readonly day: string;
  readonly paidOrders: number;
  readonly paidCents: number;
  readonly refundedOrders: number;
  readonly refundedCents: number;
  readonly amountsNotTold: number;
}

@Injectable()
export class RevenueQueries {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {}

  /** Days with at least one payment or refund, both ends included, as `YYYY-MM-DD`. */
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
