import { classifyError } from './classify-error.js';
import { isBusError } from './errors.js';
import { retryDelayOf } from './retry-policy.js';
import type { SubscriptionSettings } from './subscription-settings.js';

/** What becomes of a message that was handed over. */
export type Settlement =
  | { readonly kind: 'acknowledge' }
  /** Try again after so many milliseconds. */
  | { readonly kind: 'retry'; readonly delay: number; readonly error: unknown }
  | { readonly kind: 'dead-letter'; readonly reason: string; readonly error: unknown }
  /** Acknowledge it although nobody has handled it. */
  | { readonly kind: 'drop'; readonly reason: string; readonly error: unknown };

/** What `settle` judges: the error of a handler, and which try it was. */
export interface Failure {
  readonly error: unknown;
  /** From 1: how often it was handed over, this time included. */
  readonly attempt: number;
}

type Policy = Pick<SubscriptionSettings, 'retry' | 'onPoison' | 'onFailure'>;

/**
 * The one place that decides what a failure leads to, for every broker. Poison goes where `onPoison` says at once, also in a sequenced
 * subscription: nobody will ever be able to read it. What a handler refuses for good goes there too, unless the subscription retries for
 * ever.
 */
export function settle({ error, attempt }: Failure, policy: Policy, random: () => number): Settlement {
  // It was the app's end that cut the handler short, which says nothing about the message.
  if (isBusError(error, 'handler-hangs')) return { kind: 'retry', delay: 0, error };
  const errorClass = classifyError(error);
  const isForEver = policy.onFailure === 'retry-for-ever';
  if (errorClass === 'poison' || (errorClass === 'permanent' && !isForEver)) {
    const kind = policy.onPoison;
    return { kind, reason: errorClass === 'poison' ? 'poison' : 'permanent failure', error };
  }
  if (isForEver || attempt <= policy.retry.retries) {
    return { kind: 'retry', delay: retryDelayOf(policy.retry, attempt, random), error };
  }
  return { kind: 'dead-letter', reason: `failed ${attempt} times`, error };
}
