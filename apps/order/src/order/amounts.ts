import type { OrderItem, Payment } from './events.js';

export function totalOf(items: readonly OrderItem[]): number {
  return items.reduce((total, item) => total + item.quantity * item.priceCents + item.freightCents, 0);
}

export function sumOf(payments: readonly Payment[]): number {
  return payments.reduce((sum, payment) => sum + payment.amountCents, 0);
}
