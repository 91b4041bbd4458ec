/** What happens when a handler rejects. Delays are in milliseconds. */
export interface RetryPolicy {
  /** How often a message is tried again before it is given up on. Default 10. */
  readonly retries: number;
  /** The bound of the wait before the first retry; doubles each time. Default 200. */
  readonly firstDelay: number;
  /** Default 30,000. */
  readonly maxDelay: number;
}

/** What counts where a subscription says nothing else: ten retries, the first after at most 200 ms, none after more than 30 s. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { retries: 10, firstDelay: 200, maxDelay: 30_000 };

/** Full jitter below an exponential bound, but never less than a tenth of it: some brokers take 0 for "at once". */
export function retryDelayOf(policy: RetryPolicy, attempt: number, random: () => number): number {
  const bound = Math.min(policy.maxDelay, policy.firstDelay * 2 ** (attempt - 1));
  return Math.ceil(bound * (0.1 + 0.9 * random()));
}
