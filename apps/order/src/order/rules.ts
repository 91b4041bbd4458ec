import { DomainRuleError } from '@varve/eventstore';

/** Everything that the shop refuses, by the code that clients see. */
export type OrderRule =
  | 'already-cancelled'
  | 'already-delivered'
  | 'already-paid'
  | 'already-placed'
  | 'already-shipped'
  | 'not-paid'
  | 'not-placed'
  | 'not-shipped'
  | 'payment-differs-from-total'
  | 'total-differs-from-items'
  | 'without-items'
  | 'without-payment';

export function refusal(rule: OrderRule, message: string): DomainRuleError {
  return new DomainRuleError(rule, message);
}
