import type { OrderItem, Payment } from '../order/events.js';

/** An order as the files tell it. What they do not tell is `undefined`, never a guess. */
export interface SourceOrder {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: SourceStatus;
  readonly purchasedAt: string;
  readonly approvedAt: string | undefined;
  readonly handedToCarrierAt: string | undefined;
  readonly deliveredAt: string | undefined;
  readonly items: readonly OrderItem[] | undefined;
  /** Some of the order's items are in the files and others, by their numbers, are not, or are there twice. */
  readonly itemsIncomplete: boolean;
  readonly payments: readonly Payment[] | undefined;
  /** Some of the order's payments are in the files and others, by their numbers, are not, or are there twice. */
  readonly paymentsIncomplete: boolean;
  /** Some of `payments` were made in a way that the shop does not know. */
  readonly paymentMethodUnknown: boolean;
}

export const SOURCE_STATUSES = [
  'created',
  'approved',
  'invoiced',
  'processing',
  'unavailable',
  'shipped',
  'delivered',
  'canceled',
] as const;

export type SourceStatus = (typeof SOURCE_STATUSES)[number];
