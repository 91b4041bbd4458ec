import { DomainRuleError } from '@varve/eventstore';

/** Everything that a flash sale refuses, by the code that clients see. */
export type StockRule = 'already-open' | 'already-reserved' | 'sale-unknown' | 'sold-out' | 'too-few-left';

export function refusal(rule: StockRule, message: string): DomainRuleError {
  return new DomainRuleError(rule, message);
}
