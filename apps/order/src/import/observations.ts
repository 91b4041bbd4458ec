import type { SourceOrder, SourceStatus } from './source-order.js';

/** What looks like a broken rule and is none: the sources say less, or say it later, than one might assume. Each is counted and reported. */
const OBSERVATIONS = {
  'items-not-told': (order) => !order.items && !order.itemsIncomplete,
  'items-incomplete': (order) => order.itemsIncomplete,
  'payments-not-told': (order) => !order.payments && !order.paymentsIncomplete,
  'payments-incomplete': (order) => order.paymentsIncomplete,
  'payments-without-approval': (order) =>
    order.approvedAt === undefined && (order.payments !== undefined || order.paymentsIncomplete),
  'payment-method-unknown': (order) => order.paymentMethodUnknown,
  'approved-in-the-minute-of-purchase': (order) => order.approvedAt === order.purchasedAt,
  'handed-to-carrier-before-approval': (order) => before(order.handedToCarrierAt, order.approvedAt),
  'handed-to-carrier-before-purchase': (order) => before(order.handedToCarrierAt, order.purchasedAt),
  'delivered-before-handed-to-carrier': (order) => before(order.deliveredAt, order.handedToCarrierAt),
  'delivered-before-purchase': (order) => before(order.deliveredAt, order.purchasedAt),
  'status-delivered-without-a-date': (order) => order.status === 'delivered' && !order.deliveredAt,
  'status-ahead-of-the-dates': isAheadOfDates,
  'status-behind-the-dates': (order) => datesAfter(order.status).some((date) => order[date] !== undefined),
  'status-unavailable': (order) => order.status === 'unavailable',
  'cancelled-without-a-date': (order) => order.status === 'canceled',
} satisfies Record<string, (order: SourceOrder) => boolean>;

/** Of lines that belong to no order. */
export type Stray = 'items-of-no-order' | 'payments-of-no-order';

type OfOrder = keyof typeof OBSERVATIONS;

export type Observation = OfOrder | Stray;

export const OBSERVATION_MEANINGS: Readonly<Record<Observation, string>> = {
  'items-not-told': 'the files hold no items: placed with an unknown total',
  'items-incomplete': 'an item is missing by its number, or is there twice: placed with an unknown total',
  'items-of-no-order': 'lines of orders that orders.csv does not hold: left out',
  'payments-of-no-order': 'lines of orders that orders.csv does not hold: left out',
  'payments-not-told': 'the files hold no payments: the approval is taken as the payment of the total',
  'payments-incomplete':
    'a payment is missing by its number, or is there twice: the rest is not compared with the total',
  'payments-without-approval': 'nobody says that they went through: left unpaid',
  'payment-method-unknown': 'a way to pay that this shop does not know: kept as not told',
  'approved-in-the-minute-of-purchase': 'minutes cannot tell which came first: an order is placed first',
  'handed-to-carrier-before-approval':
    'by two clocks; the approval came, so the order was paid and then shipped',
  'handed-to-carrier-before-purchase':
    "no clock can be right that says so: times do not order an order's steps",
  'delivered-before-handed-to-carrier': "by the carrier's own clock; shipped comes first",
  'delivered-before-purchase': 'a date of the wrong year, most likely; kept as told',
  'status-delivered-without-a-date': 'an empty date means that the step did not happen: left as shipped',
  'status-ahead-of-the-dates':
    'the step that it tells of has no date, so it did not happen: left as it stands',
  'status-behind-the-dates': 'a step with a date has happened, whatever the status says',
  'status-unavailable': 'nobody says that it was cancelled or refunded: left as it stands',
  'cancelled-without-a-date': 'the time of the last step before it, marked "not before"',
};

export function observationsOf(order: SourceOrder): readonly OfOrder[] {
  const kinds = Object.keys(OBSERVATIONS) as OfOrder[];
  return kinds.filter((kind) => OBSERVATIONS[kind](order));
}

function isAheadOfDates({ status, approvedAt, handedToCarrierAt }: SourceOrder): boolean {
  if (status === 'shipped') return handedToCarrierAt === undefined;
  return ['approved', 'invoiced', 'processing'].includes(status) && approvedAt === undefined;
}

/** Of the steps that come after what a status tells. */
function datesAfter(status: SourceStatus): readonly ('approvedAt' | 'handedToCarrierAt' | 'deliveredAt')[] {
  if (status === 'delivered' || status === 'canceled') return [];
  if (status === 'shipped') return ['deliveredAt'];
  const later = ['handedToCarrierAt', 'deliveredAt'] as const;
  return status === 'created' ? ['approvedAt', ...later] : later;
}

function before(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a < b;
}
