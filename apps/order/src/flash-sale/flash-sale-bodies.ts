import { z } from 'zod';
import { orderIdSchema } from '../http/order-bodies.js';
import { idSchema } from '../order/events.js';
import { piecesSchema } from './stock-events.js';

export const skuSchema = idSchema.describe('What is on sale');

/** The id of a command is a commit id, in a path and in the name of a stream. */
export const commandIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 characters of A-Z a-z 0-9 _ -');

export const openSaleBody = z.strictObject({ pieces: piecesSchema });

export const orderPiecesBody = z.strictObject({
  orderId: orderIdSchema.optional().describe('Chosen by the client, or else by the shop'),
  customerId: idSchema,
  pieces: piecesSchema.default(1),
});

export const saleBody = z.object({
  sku: skuSchema,
  pieces: z.int(),
  left: z.int().describe('Pieces that nobody has reserved yet'),
  version: z.int(),
});

const command = { commandId: commandIdSchema };

/** What became of a command; `accepted` and `refused` never change. */
export const commandBody = z.discriminatedUnion('status', [
  z
    .object({ ...command, status: z.literal('pending') })
    .meta({ description: 'Not decided yet; or there never was such a command' }),
  z.object({
    ...command,
    status: z.literal('accepted'),
    stream: z.string(),
    version: z.int().describe('Of the stream after the command'),
    position: z.int().describe('In the log: give it to a read model to see what this command did'),
  }),
  z.object({ ...command, status: z.literal('refused'), code: z.string(), reason: z.string() }),
]);

export type OpenSaleBody = z.infer<typeof openSaleBody>;
export type OrderPiecesBody = z.infer<typeof orderPiecesBody>;
export type SaleBody = z.infer<typeof saleBody>;
export type CommandBody = z.infer<typeof commandBody>;
