import type { Timers } from '@varve/eventstore';

/** Resolves after the time, or as soon as the signal is aborted; leaves no timer behind. */
export function pause(timers: Timers, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(milliseconds, end);
    signal.addEventListener('abort', end, { once: true });
  });
}
