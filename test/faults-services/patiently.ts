import { isBusError } from '@varve/bus';
import { until } from '../support/until.ts';

/** A broker that has a dozen processes beside it does not always answer in time. */
export async function patiently<T extends object>(work: () => Promise<T>): Promise<T> {
  let last: unknown;
  const attempt = (): Promise<T | undefined> =>
    work().catch((error: unknown) => {
      if (!isBusError(error) || !error.retryable) throw error;
      last = error;
      return undefined;
    });
  return until(attempt, { timeout: 90_000, interval: 250, what: 'the broker' }).catch((error: unknown) => {
    throw last ?? error;
  });
}
