import { z } from 'zod';
import { parseCursor } from '../orders/page-cursor.js';

const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().min(1).max(200));

const after = z.string().transform((cursor, context) => {
  const start = parseCursor(cursor);
  if (start) return start;
  context.addIssue({ code: 'custom', message: 'must be the `next` of a page before' });
  return z.NEVER;
});

const STATUSES = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'] as const;

/** What `WaitForInterceptor` reads; here so that the strict schemas and the API page know them. */
const waiting = {
  position: z.string().optional().describe('Answer only when the read model has come to this position'),
  stream: z.string().optional().describe('Or to a `version` of this stream, such as order-17'),
  version: z.string().optional(),
  timeout: z.string().optional().describe('How long to wait for it, in milliseconds (5000)'),
};

export const orderListQuery = z.strictObject({
  status: z.enum(STATUSES).optional(),
  customerId: z.string().max(64).optional(),
  after: after.optional().describe('The `next` of the page before'),
  limit: limit.default(50).describe('Orders per page, 1 to 200 (50)'),
  ...waiting,
});

export const customerOrdersQuery = orderListQuery.omit({ customerId: true });

export const onlyWaitingQuery = z.strictObject(waiting);

const day = z.iso.date();

export const revenueQuery = z.strictObject({
  from: day.default('0000-01-01').describe('The first day, YYYY-MM-DD'),
  to: day.default('9999-12-31').describe('The last day, YYYY-MM-DD'),
  ...waiting,
});

export type OrderListQuery = z.infer<typeof orderListQuery>;
export type CustomerOrdersQuery = z.infer<typeof customerOrdersQuery>;
export type RevenueQuery = z.infer<typeof revenueQuery>;
