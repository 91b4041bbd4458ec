import { sleep } from '@varve/eventstore';
import type { ClientSession } from 'mongodb';
import { hasLabel, unavailable, verdictOn } from '../errors.js';
import type { TransactionOptions } from './transactions.js';

/** The driver asks twice by itself, each time. */
const TRIES = 3;

const UNKNOWN =
  'Whether the transaction was kept is not known; the checkpoint tells, and is read before anything else is done.';

/**
 * Commits. What is answered has to be done again from the start: nothing of it was kept.
 *
 * @throws ReadModelsUnavailableError when it cannot be found out whether the transaction was kept
 */
export async function commit(
  session: ClientSession,
  { location, timers, random }: Pick<TransactionOptions, 'location' | 'timers' | 'random'>,
): Promise<{ readonly error: unknown } | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await session.commitTransaction();
      return undefined;
    } catch (error) {
      const isUnknown = hasLabel(error, 'UnknownTransactionCommitResult');
      // Asked once more, a server may have forgotten what it had committed.
      if (!isUnknown && attempt === 1 && verdictOn(error) === 'again') return { error };
      if (!isUnknown || attempt >= TRIES) throw unavailable(error, location, UNKNOWN);
      await sleep(timers, random() * 50 * 2 ** attempt);
    }
  }
}
