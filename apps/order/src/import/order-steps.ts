import type { OrderItem, Payment } from '../order/events.js';
import type { SourceOrder } from './source-order.js';

export type StepName = 'place' | 'pay' | 'ship' | 'deliver' | 'cancel';

/** One command of an imported order. */
export type OrderStep = {
  readonly orderId: string;
  /** Local time, as the source tells it. */
  readonly occurredAt: string;
  /** The source does not say when it happened, only what came before it. */
  readonly notBefore?: true;
} & (
  | { readonly step: 'place'; readonly customerId: string; readonly items: readonly OrderItem[] | undefined }
  | { readonly step: 'pay'; readonly payments: readonly Payment[] | undefined }
  | { readonly step: 'ship' | 'deliver' }
  | { readonly step: 'cancel'; readonly reason: string }
);

/**
 * The steps that the source tells of an order, in the order in which an order lives. Their times are what three clocks said (the shop's, the
 * payment provider's, the carrier's) and do not decide the order: docs/adr/0007-rules-and-assumptions-in-real-orders.md.
 */
export function stepsOf(order: SourceOrder): readonly OrderStep[] {
  const { orderId } = order;
  const steps: OrderStep[] = [
    {
      step: 'place',
      orderId,
      occurredAt: order.purchasedAt,
      customerId: order.customerId,
      items: order.items,
    },
  ];
  if (order.approvedAt) {
    steps.push({ step: 'pay', orderId, occurredAt: order.approvedAt, payments: order.payments });
  }
  if (order.handedToCarrierAt) steps.push({ step: 'ship', orderId, occurredAt: order.handedToCarrierAt });
  if (order.deliveredAt) steps.push({ step: 'deliver', orderId, occurredAt: order.deliveredAt });
  if (order.status === 'canceled') {
    const occurredAt = latest(steps.map((step) => step.occurredAt));
    steps.push({
      step: 'cancel',
      orderId,
      occurredAt,
      notBefore: true,
      reason: 'cancelled in the source system',
    });
  }
  return steps;
}

/** The steps of all orders as they followed each other, as far as the times can tell without turning an order's own steps around. */
export function inOrderOfTime(orders: readonly SourceOrder[]): readonly OrderStep[] {
  const timed = orders.flatMap((order) => {
    let time = '';
    return stepsOf(order).map((step) => {
      time = latest([time, step.occurredAt]);
      return { time, step };
    });
  });
  return timed.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(({ step }) => step);
}

function latest(times: readonly string[]): string {
  return times.reduce((a, b) => (a < b ? b : a));
}
