/** The timers of a loop, injected so that a test decides when time passes. */
export interface Timers {
  /** Calls `work` once, after `milliseconds` (0: when the event loop comes round; at most 24 days); the function that it answers cancels it. */
  after(milliseconds: number, work: () => void): () => void;
}

/** A timer of Node that is to wait longer than this, in milliseconds, goes off at once. */
const LONGEST = 2 ** 31 - 1;

/** Node's own timers, which everything here takes by default. A wait of more than 24 days ends after 24 days. */
export const systemTimers: Timers = {
  after(milliseconds, work) {
    if (milliseconds <= 0) {
      const immediate = setImmediate(work);
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(work, Math.min(milliseconds, LONGEST));
    return () => clearTimeout(timeout);
  },
};

/** Resolves after the time, or as soon as the signal is aborted; leaves no timer behind. */
export function sleep(timers: Timers, milliseconds: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(milliseconds, end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** Calls `work` after `milliseconds`, then after twice the time, again and again, until the function that it answers is called. */
export function remind(timers: Timers, milliseconds: number, work: () => void): () => void {
  let cancel = timers.after(milliseconds, () => {
    work();
    cancel = remind(timers, milliseconds * 2, work);
  });
  return () => cancel();
}
