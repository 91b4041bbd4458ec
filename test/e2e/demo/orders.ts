import { wholeBetween } from '../../support/seeded-random.ts';

/** One request of a customer's or the shop's, and what must come back. */
export interface Step {
  readonly path: string;
  readonly body: object;
  readonly key: string;
  /** The rule that must refuse it; without one it must be carried out. */
  readonly refusedBy?: string;
}

/** Of the order that a step is about. */
export function streamOf({ path, body }: Step): string {
  const { orderId = path.split('/')[2] } = body as { orderId?: string };
  return `order-${orderId}`;
}

interface Line {
  readonly productId: string;
  readonly quantity: number;
  readonly priceCents: number;
  readonly freightCents: number;
}

/** The life of one order, foul play included: payments and shipments that come twice, or too early, or too late. */
export function lifeOfOrder(number: number, random: () => number): readonly Step[] {
  const orderId = `demo-${number}`;
  const items = linesOf(random);
  const totalCents = items.reduce(
    (sum, line) => sum + line.quantity * line.priceCents + line.freightCents,
    0,
  );
  const customerId = `customer-${wholeBetween(random, 1, 400)}`;
  const step = (action: string, body: object, refusedBy?: string): Step => ({
    path: `/orders/${orderId}/${action}`,
    body,
    key: `${action}-${refusedBy ?? 'once'}`,
    ...(refusedBy === undefined ? {} : { refusedBy }),
  });
  const pay = { payments: paymentsOf(totalCents, random) };
  const cancel = { reason: 'changed my mind' };
  const steps: Step[] = [
    { path: '/orders', body: { orderId, customerId, items, totalCents }, key: `place-${number}` },
  ];
  const chance = random();
  if (chance < 0.04) return steps;
  if (chance < 0.08) return [...steps, step('cancel', cancel), step('pay', pay, 'already-cancelled')];
  if (random() < 0.05) steps.push(step('ship', {}, 'not-paid'));
  steps.push(step('pay', pay));
  if (random() < 0.05) steps.push(step('pay', pay, 'already-paid'));
  if (chance < 0.14) return [...steps, step('cancel', cancel)];
  steps.push(step('ship', { trackingCode: `T${number}` }));
  if (random() < 0.05) steps.push(step('cancel', cancel, 'already-shipped'));
  if (chance < 0.25) return steps;
  return [...steps, step('deliver', {})];
}

function linesOf(random: () => number): readonly Line[] {
  return Array.from({ length: wholeBetween(random, 1, 4) }, () => ({
    productId: `product-${wholeBetween(random, 1, 900)}`,
    quantity: wholeBetween(random, 1, 3),
    priceCents: wholeBetween(random, 199, 49_900),
    freightCents: wholeBetween(random, 0, 1_500),
  }));
}

function paymentsOf(
  totalCents: number,
  random: () => number,
): readonly { method: string; amountCents: number }[] {
  if (random() < 0.8) return [{ method: 'credit_card', amountCents: totalCents }];
  const voucher = Math.max(1, Math.floor(totalCents / 4));
  return [
    { method: 'voucher', amountCents: voucher },
    { method: 'debit_card', amountCents: totalCents - voucher },
  ];
}
