import type { Timers } from '@varve/eventstore';

/** Rejects when `work` takes longer; what it does afterwards is nobody's concern. */
export async function within<Result>(
  timers: Timers,
  milliseconds: number,
  work: Promise<Result>,
): Promise<Result> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = timers.after(milliseconds, () => reject(new TimeoutError(milliseconds)));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

/** With gRPC's own code for it, as every other time-out of the driver. */
export class TimeoutError extends Error {
  readonly code = 4;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'TimeoutError';
  }
}
