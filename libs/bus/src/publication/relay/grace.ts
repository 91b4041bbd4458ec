import type { Timers } from '@varve/eventstore';

/** What is on its way to the broker when it is told to stop may arrive within this many milliseconds: else it is published twice. */
const GRACE = 1_000;

/** Runs `work` with a signal that is aborted a little later than the one given. */
export async function withGrace<T>(
  signal: AbortSignal,
  timers: Timers,
  work: (later: AbortSignal) => Promise<T>,
): Promise<T> {
  const later = new AbortController();
  let cancel = (): void => undefined;
  const soon = (): void => {
    cancel = timers.after(GRACE, () => later.abort(signal.reason));
  };
  if (signal.aborted) soon();
  else signal.addEventListener('abort', soon, { once: true });
  try {
    return await work(later.signal);
  } finally {
    signal.removeEventListener('abort', soon);
    cancel();
  }
}
