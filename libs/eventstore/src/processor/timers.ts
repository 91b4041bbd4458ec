/** The timers of a loop, injected so that a test decides when time passes. */
export interface Timers {
  /** Calls `work` once, after `milliseconds` (0: when the event loop comes round); the function that it answers cancels it. */
  after(milliseconds: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  after(milliseconds, work) {
    if (milliseconds <= 0) {
      const immediate = setImmediate(work);
      return () => clearImmediate(immediate);
    }
    const timeout = setTimeout(work, milliseconds);
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
