import { z } from 'zod';
import { centsSchema, idSchema, orderItemSchema, PAYMENT_METHODS } from '../order/events.js';

/** Text that people write: bounded, and well-formed, since UTF-8 carries no half characters. */
const textSchema = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

export const orderIdSchema = idSchema.describe('The id of an order');

export const placeOrderBody = z
  .strictObject({
    orderId: orderIdSchema.optional().describe('Chosen by the client, or else by the shop'),
    customerId: idSchema,
    items: z.array(orderItemSchema).min(1).max(500),
    totalCents: z
      .int()
      .min(0)
      .optional()
      .describe('The total that the customer saw; refused when the items come to another'),
  })
  .meta({ description: "Prices in integer cents of the shop's one currency" });

export const payOrderBody = z.strictObject({
  payments: z
    .array(z.strictObject({ method: z.enum(PAYMENT_METHODS), amountCents: centsSchema.min(1) }))
    .min(1)
    .max(20)
    .describe('Together they are the total of the order'),
});

export const shipOrderBody = z.strictObject({ trackingCode: textSchema(100).optional() }).default({});

export const deliverOrderBody = z.strictObject({}).default({});

export const cancelOrderBody = z.strictObject({ reason: textSchema(500) });

export const committedBody = z.object({
  orderId: orderIdSchema,
  outcome: z
    .enum(['appended', 'repeated'])
    .describe('`repeated`: done before under this Idempotency-Key, this is the first answer'),
  version: z.int().describe('Of the order after the command, as in the ETag'),
  position: z.int().describe('In the log: give it to a read model to see what this command did'),
});

export const orderBody = z.object({
  orderId: orderIdSchema,
  customerId: idSchema,
  status: z.enum(['placed', 'paid', 'shipped', 'delivered', 'cancelled']),
  items: z.array(orderItemSchema),
  totalCents: z.int().nullable().describe('`null`: taken over from a system that did not tell it'),
  payments: z.array(z.object({ method: z.string(), amountCents: z.int() })),
  trackingCode: z.string().nullable(),
  version: z.int(),
});

export const problemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  rule: z.string().optional().describe('Which rule of the shop forbids it'),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

export type PlaceOrderBody = z.infer<typeof placeOrderBody>;
export type PayOrderBody = z.infer<typeof payOrderBody>;
export type ShipOrderBody = z.infer<typeof shipOrderBody>;
export type DeliverOrderBody = z.infer<typeof deliverOrderBody>;
export type CancelOrderBody = z.infer<typeof cancelOrderBody>;
export type CommittedBody = z.infer<typeof committedBody>;
export type OrderBody = z.infer<typeof orderBody>;
