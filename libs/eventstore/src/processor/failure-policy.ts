import { InvalidOptionsError } from '../log/errors.js';
import { givenOptions } from '../log/known-options.js';

/** What happens when a commit cannot be applied. */
export interface FailurePolicy {
  /** How often the commit is tried again before the rest of the policy applies. Default 5. */
  readonly retries: number;
  /** The wait before the first retry, in milliseconds; doubles each time, with full jitter. Default 100. */
  readonly firstDelay: number;
  /** The longest wait, in milliseconds. Default 10,000. */
  readonly maxDelay: number;
  /** `stop` the processor, or `park` the stream's sequence and go on with the others. Default `stop`. */
  readonly then: 'stop' | 'park';
}

/** What counts where nobody says otherwise: five retries, after at most 100, 200, 400, 800 and 1,600 ms, then the processor stops. */
export const DEFAULT_FAILURE_POLICY: FailurePolicy = {
  retries: 5,
  firstDelay: 100,
  maxDelay: 10_000,
  then: 'stop',
};

/**
 * What counts is the last that is given; what nobody gives, or gives as `undefined`, is the default.
 *
 * @throws InvalidOptionsError names the option
 */
export function failurePolicyFrom(...given: readonly (Partial<FailurePolicy> | undefined)[]): FailurePolicy {
  const policy = given.reduce<FailurePolicy>(
    (before, each) => ({ ...before, ...givenOptions(each ?? {}) }),
    DEFAULT_FAILURE_POLICY,
  );
  const unknown = Object.keys(policy).find((option) => !Object.hasOwn(DEFAULT_FAILURE_POLICY, option));
  if (unknown !== undefined)
    throw invalid(unknown, 'is unknown', `Known are ${Object.keys(DEFAULT_FAILURE_POLICY).join(', ')}`);
  for (const option of ['retries', 'firstDelay', 'maxDelay'] as const) {
    if (Number.isFinite(policy[option]) && policy[option] >= 0) continue;
    throw invalid(option, `is ${String(policy[option])}`, 'Use a number from 0');
  }
  const { then }: { readonly then: unknown } = policy;
  if (then !== 'stop' && then !== 'park')
    throw invalid('then', `is ${JSON.stringify(then)}`, "Use 'stop' or 'park'");
  return policy;
}

function invalid(option: string, problem: string, remedy: string): InvalidOptionsError {
  return new InvalidOptionsError(`failurePolicy.${option}`, `failurePolicy.${option} ${problem}. ${remedy}.`);
}

/** Full jitter: a uniform draw below the exponential bound, which spreads retries of many instances best (AWS Architecture Blog, 2015, "Exponential Backoff And Jitter"). */
export function retryDelay(policy: FailurePolicy, attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(policy.maxDelay, policy.firstDelay * 2 ** (attempt - 1)));
}
