import { defineEvent, type RecordedEvent } from '@varve/eventstore';
import { z } from 'zod';

/**
 * What this app reads of the order service's events. Services share a contract by name and schema version, not by code: this side states
 * only the fields that it uses, so the other side may add more without a release here.
 */
const line = z.object({
  productId: z.string(),
  quantity: z.int(),
  priceCents: z.int(),
  freightCents: z.int(),
});

export const orderPlaced = defineEvent('order.placed', {
  version: 1,
  schema: z.object({
    orderId: z.string(),
    customerId: z.string(),
    items: z.array(line),
    totalCents: z.int().nullable(),
  }),
});

export const orderPaid = defineEvent('order.paid', {
  version: 1,
  schema: z.object({ orderId: z.string(), amountCents: z.int().nullable() }),
});

const ofOrder = z.object({ orderId: z.string() });

export const orderShipped = defineEvent('order.shipped', { version: 1, schema: ofOrder });
export const orderDelivered = defineEvent('order.delivered', { version: 1, schema: ofOrder });
export const orderCancelled = defineEvent('order.cancelled', { version: 1, schema: ofOrder });

export const orderRefunded = defineEvent('order.refunded', {
  version: 1,
  schema: z.object({ orderId: z.string(), amountCents: z.int().nullable() }),
});

export const ORDER_EVENTS = [
  orderPlaced,
  orderPaid,
  orderShipped,
  orderDelivered,
  orderCancelled,
  orderRefunded,
] as const;

/** When it happened: in the life of the order, if the event was taken over from elsewhere; else when it was recorded. */
export function happenedAt(event: RecordedEvent): string {
  const { occurredAt } = event.metadata;
  return typeof occurredAt === 'string' ? occurredAt : event.at.toISOString();
}

export function dayOf(event: RecordedEvent): string {
  return happenedAt(event).slice(0, 10);
}
