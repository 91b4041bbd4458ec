import { Event } from '@varve/eventstore';
import { z } from 'zod';
import { idSchema } from '../order/events.js';

export const piecesSchema = z.int().min(1).max(1_000_000);

@Event('stock.opened', { version: 1, schema: z.strictObject({ sku: idSchema, pieces: piecesSchema }) })
export class StockOpened {
  constructor(
    readonly sku: string,
    readonly pieces: number,
  ) {}
}

const stockReservedSchema = z.strictObject({ orderId: idSchema, customerId: idSchema, pieces: piecesSchema });

@Event('stock.reserved', { version: 1, schema: stockReservedSchema })
export class StockReserved {
  constructor(
    readonly orderId: string,
    readonly customerId: string,
    readonly pieces: number,
  ) {}
}
