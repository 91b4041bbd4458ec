import { StoreUnavailableError } from '../log/errors.js';
import { ASK_FOR_THE_COMMIT } from '../log/unknown-outcome.js';

/** A failed write is always `store-unavailable`, because the caller has to know what became of it. */
export function writeFailedBecause(
  problem: string,
  written: 'not-written' | 'unknown',
  cause: unknown,
): StoreUnavailableError {
  const outcome =
    written === 'not-written'
      ? 'Nothing was written.'
      : `Whether it was written is unknown: ${ASK_FOR_THE_COMMIT}`;
  return new StoreUnavailableError(`${problem} ${outcome}`, written, { cause });
}
