import { Event } from '@varve/eventstore';
import { z } from 'zod';

/** Ids are chosen by clients and appear in stream names and paths, hence the narrow alphabet. */
export const idSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ -');

/** Integer cents of the shop's one currency. The bound keeps any sum of an order exact. */
export const centsSchema = z.int().min(0).max(1_000_000_000);

const totalSchema = z.int().min(0);

export const PAYMENT_METHODS = ['credit_card', 'debit_card', 'boleto', 'voucher'] as const;

export const orderItemSchema = z.strictObject({
  productId: idSchema,
  quantity: z.int().min(1).max(1_000),
  /** Of one piece. */
  priceCents: centsSchema,
  /** Of the whole line. */
  freightCents: centsSchema,
});

const paymentSchema = z.strictObject({
  /** `not_told`: taken over from a system that says that the order was paid, and not how. */
  method: z.enum([...PAYMENT_METHODS, 'not_told']),
  amountCents: totalSchema,
});

export type OrderItem = Readonly<z.infer<typeof orderItemSchema>>;
export type Payment = Readonly<z.infer<typeof paymentSchema>>;

const orderPlacedSchema = z.strictObject({
  orderId: idSchema,
  customerId: idSchema,
  items: z.array(orderItemSchema),
  totalCents: totalSchema.nullable(),
});

const orderPaidSchema = z.strictObject({
  orderId: idSchema,
  amountCents: totalSchema.nullable(),
  payments: z.array(paymentSchema),
});

const orderShippedSchema = z.strictObject({ orderId: idSchema, trackingCode: z.string().nullable() });
const orderDeliveredSchema = z.strictObject({ orderId: idSchema });
const orderCancelledSchema = z.strictObject({ orderId: idSchema, reason: z.string() });
const orderRefundedSchema = z.strictObject({ orderId: idSchema, amountCents: totalSchema.nullable() });

@Event('order.placed', { version: 1, schema: orderPlacedSchema })
export class OrderPlaced {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    /** Empty only where `totalCents` is `null`. */
    readonly items: readonly OrderItem[],
    /** `null`: the order was taken over from a system that did not tell what is in it. */
    readonly totalCents: number | null,
  ) {}
}

@Event('order.paid', { version: 1, schema: orderPaidSchema })
export class OrderPaid {
  constructor(
    readonly orderId: string,
    /** `null`: known to be paid, the amount was not told. */
    readonly amountCents: number | null,
    /** Together they are the amount. */
    readonly payments: readonly Payment[],
  ) {}
}

@Event('order.shipped', { version: 1, schema: orderShippedSchema })
export class OrderShipped {
  constructor(
    readonly orderId: string,
    readonly trackingCode: string | null,
  ) {}
}

@Event('order.delivered', { version: 1, schema: orderDeliveredSchema })
export class OrderDelivered {
  constructor(readonly orderId: string) {}
}

@Event('order.cancelled', { version: 1, schema: orderCancelledSchema })
export class OrderCancelled {
  constructor(
    readonly orderId: string,
    readonly reason: string,
  ) {}
}

/** In the same commit as the cancellation of a paid order: nobody ever sees one without the other. */
@Event('order.refunded', { version: 1, schema: orderRefundedSchema })
export class OrderRefunded {
  constructor(
    readonly orderId: string,
    /** What was paid; `null` where that was not told. */
    readonly amountCents: number | null,
  ) {}
}

export const ORDER_EVENTS = [
  OrderPlaced,
  OrderPaid,
  OrderShipped,
  OrderDelivered,
  OrderCancelled,
  OrderRefunded,
] as const;
