export interface DayRow {
  readonly day: string;
  readonly paidOrders: number;
  readonly paidCents: number;
  readonly refundedOrders: number;
  readonly refundedCents: number;
  readonly amountsNotTold: number;
}

export abstract class RevenueQueries {
  /** Days with at least one payment or refund, both ends included, as `YYYY-MM-DD`. */
  abstract days(from: string, to: string): Promise<DayRow[]>;
}
