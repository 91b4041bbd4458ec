import type { OrderRow, PageStart } from './orders.queries.js';

/** Opaque to clients: where a page ended, so that what is placed meanwhile shifts nothing. */
export function cursorAfter(row: OrderRow): string {
  return Buffer.from(JSON.stringify([row.placedAt, row.orderId])).toString('base64url');
}

/** `undefined` for anything that `cursorAfter` did not make. */
export function parseCursor(cursor: string): PageStart | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(parsed) || parsed.length !== 2) return undefined;
    const [placedAt, orderId] = parsed as unknown[];
    return typeof placedAt === 'string' && typeof orderId === 'string' ? { placedAt, orderId } : undefined;
  } catch {
    return undefined;
  }
}
