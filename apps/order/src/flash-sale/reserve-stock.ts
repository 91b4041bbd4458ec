import { MessageRejectedError, type Command, type ReceivedCommand } from '@varve/bus';
import { z } from 'zod';
import { idSchema } from '../order/events.js';
import { piecesSchema } from './stock-events.js';
import type { Reservation } from './stock.js';

const RESERVE_STOCK = 'stock.reserve';

const reserveStockSchema = z.strictObject({
  sku: idSchema,
  orderId: idSchema,
  customerId: idSchema,
  pieces: piecesSchema,
});

export interface ReserveStock extends Reservation {
  readonly sku: string;
}

/** A command as it travels: to the stock of its article. */
export function reserveStock(
  { id, fingerprint }: Pick<Command, 'id' | 'fingerprint'>,
  data: ReserveStock,
): Command<ReserveStock> {
  const stream = `stock-${data.sku}`;
  return { id, type: RESERVE_STOCK, stream, data, ...(fingerprint !== undefined && { fingerprint }) };
}

/** @throws MessageRejectedError it is another command, or a malformed one */
export function reservationOf({ type, data }: ReceivedCommand): ReserveStock {
  if (type !== RESERVE_STOCK) throw new MessageRejectedError(`Nobody here carries out "${type}".`);
  const read = reserveStockSchema.safeParse(data);
  if (read.success) return read.data;
  throw new MessageRejectedError(`The command "${type}" is malformed: ${z.prettifyError(read.error)}`);
}
