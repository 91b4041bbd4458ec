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

export const DEFAULT_FAILURE_POLICY: FailurePolicy = {
  retries: 5,
  firstDelay: 100,
  maxDelay: 10_000,
  then: 'stop',
};

/** Full jitter: a uniform draw below the exponential bound, which spreads retries of many instances best (AWS Architecture Blog, 2015, "Exponential Backoff And Jitter"). */
export function retryDelay(policy: FailurePolicy, attempt: number, random: () => number): number {
  return Math.floor(random() * Math.min(policy.maxDelay, policy.firstDelay * 2 ** (attempt - 1)));
}
