/** 2 also counts the lines of each order. */
export type OrdersVersion = 1 | 2;

export interface OrderRow {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: string;
  readonly totalCents: number | null;
  readonly paidCents: number | null;
  readonly refundedCents: number | null;
  readonly placedAt: string;
  readonly changedAt: string;
  readonly version: number;
  /** From version 2 of the read model on. */
  readonly lineCount?: number;
}

export interface OrderDetail extends OrderRow {
  readonly lines: readonly {
    readonly productId: string;
    readonly quantity: number;
    readonly priceCents: number;
    readonly freightCents: number;
  }[];
}

/** Where the page before ended. */
export interface PageStart {
  readonly placedAt: string;
  readonly orderId: string;
}

export interface OrderFilter {
  readonly status?: string | undefined;
  readonly customerId?: string | undefined;
  readonly after?: PageStart | undefined;
  readonly limit: number;
}

/**
 * Instances of the old release read the new version's rows too, once it is live, and those of the new release the old one's until then: what
 * a version has not got is left out.
 */
export abstract class OrdersQueries {
  /** Newest first. */
  abstract list(filter: OrderFilter): Promise<OrderRow[]>;
  abstract find(orderId: string): Promise<OrderDetail | undefined>;
}
