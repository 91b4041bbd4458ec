import { z } from 'zod';

const cents = z.int().nullable().describe('Integer cents; null where nobody told');
const at = z.string().describe('When it happened in the life of the order');

const orderRow = z.object({
  orderId: z.string(),
  customerId: z.string(),
  status: z.enum(['placed', 'paid', 'shipped', 'delivered', 'cancelled']),
  totalCents: cents,
  paidCents: cents,
  refundedCents: cents,
  placedAt: at,
  changedAt: at,
  version: z.int().min(1).describe('The version of the order, as the ETag of the write side has it'),
  lineCount: z.int().optional().describe('From version 2 of the read model on'),
});

const line = z.object({
  productId: z.string(),
  quantity: z.int(),
  priceCents: z.int(),
  freightCents: z.int(),
});

export const orderDetail = orderRow.extend({ lines: z.array(line) });

export const orderPage = z.object({
  orders: z.array(orderRow).describe('Newest first'),
  next: z.string().optional().describe('Give it as `after` to get the next page; absent on the last'),
});

const count = z.int().min(0);

const day = z.object({
  day: z.iso.date(),
  paidOrders: count,
  paidCents: count,
  refundedOrders: count,
  refundedCents: count,
  amountsNotTold: count.describe('Payments and refunds whose amounts nobody told; they are in no sum'),
});

export const revenue = z.object({ days: z.array(day) });

export const funnel = z.object({
  placed: count,
  paid: count,
  shipped: count,
  delivered: count,
  cancelled: count,
  refunded: count,
});

const position = z.int().min(0);

const building = z.object({
  version: z.int().min(1),
  position,
  percent: z.int().min(0).max(100).optional(),
});

const feed = z.object({
  state: z.enum(['closed', 'opening', 'running', 'paused', 'unavailable']),
  held: count.describe('Commits that came and are not applied yet'),
  heldBytes: count,
  applied: count.describe('Since the start'),
  duplicates: count,
  refills: count.describe('How often the log was asked for what had not come'),
  lastError: z.string().optional(),
});

const progress = z.object({
  name: z.string(),
  liveVersion: z.int().optional(),
  position: position.describe('How far the log was walked; what the bus has brought may be newer'),
  behind: count.optional().describe('Commits that the walk along the log has not come to'),
  caughtUp: z.boolean().optional(),
  building: z.array(building).describe('Versions that are being built beside the live one'),
  feed: feed.optional().describe('What the bus brings, at the instance that works on the projection'),
});

export const howFar = z.object({
  head: position.optional().describe('Of the log; absent while it cannot be reached'),
  projections: z.array(progress),
});

export const problemBody = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

export type HowFar = z.infer<typeof howFar>;
export type OrderPage = z.infer<typeof orderPage>;
