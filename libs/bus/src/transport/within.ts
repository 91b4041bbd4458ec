import type { Timers } from '@varve/eventstore';

/** What the work gives, or a rejection with `late()` when it takes longer than so many milliseconds; the work itself goes on unheard. */
export async function within<T>(
  timers: Timers,
  milliseconds: number,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  let cancel: () => void = () => undefined;
  const tooLate = new Promise<never>((_, reject) => {
    cancel = timers.after(milliseconds, () => reject(late()));
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    cancel();
    work.catch(() => undefined);
  }
}
