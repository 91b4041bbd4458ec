export interface UntilOptions {
  /** Milliseconds, default 30,000: far more than anything takes, so that a machine which is slow for a while makes no test fail. */
  readonly timeout?: number;
  /** What is waited for, for the message. */
  readonly what?: string;
  /** Milliseconds between two looks, default 5: more for a condition that is dear. */
  readonly interval?: number;
}

/** Polls until `condition` gives something truthy, and returns that. The only wait in the tests. */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeout = 30_000, what = 'the condition', interval = 5 }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const result = await condition();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms for ${what} in vain.`);
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
