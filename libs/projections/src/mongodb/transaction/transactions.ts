import { sleep, type Timers } from '@varve/eventstore';
import type { ClientSession, MongoClient } from 'mongodb';
import { TransactionControlError, TransactionFailedError, TransactionTooLongError } from '../../index.js';
import { DURABLY } from '../connection/own-collections.js';
import { unavailable, verdictOn } from '../errors.js';
import { commit } from './commit.js';
import { OpenTransaction } from './open-transaction.js';

export interface TransactionOptions {
  readonly location: string;
  readonly conflictTimeout: number;
  readonly transactionLimit: number;
  readonly timers: Timers;
  readonly random: () => number;
}

/** `error` is what the work threw; `failure` the operation that failed in it, whether the work let its error through or not. */
interface Failed {
  readonly error: unknown;
  readonly failure: unknown;
  readonly elapsed: number;
}

type Outcome<T> = { readonly value: T } | Failed;

/** How often an error is met with patience whose code nobody knows. */
const TRIES_IN_DOUBT = 10;
const LONGEST_WAIT = 500;

const HOW = {
  readConcern: { level: 'snapshot' },
  writeConcern: DURABLY,
  readPreference: 'primary',
} as const;

/** Runs work in transactions, each on one moment of the database, and again where others were in the way. */
export class Transactions {
  constructor(
    private readonly client: MongoClient,
    private readonly options: TransactionOptions,
  ) {}

  /**
   * Commits what `work` has done when it resolves, and aborts when it rejects or when any of its operations has failed. The work may be done
   * several times, of which one counts.
   *
   * @throws ReadModelsUnavailableError, TransactionFailedError, TransactionTooLongError, and what the work throws
   */
  async run<T>(name: string, work: (open: OpenTransaction) => T | Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(name, work);
      if ('value' in outcome) return outcome.value;
      this.#assertWorthRepeating(name, outcome, { attempt, since: performance.now() - begun });
      const wait = this.options.random() * Math.min(LONGEST_WAIT, 4 * 2 ** attempt);
      await sleep(this.options.timers, wait);
    }
  }

  /** For a transaction that outlives one call, and only reads. Whoever begins it ends its session. */
  begin(): ClientSession {
    const session = this.client.startSession();
    session.startTransaction(HOW);
    return session;
  }

  async #attempt<T>(name: string, work: (open: OpenTransaction) => T | Promise<T>): Promise<Outcome<T>> {
    const { location, transactionLimit: limit } = this.options;
    const begun = performance.now();
    const elapsed = () => performance.now() - begun;
    const session = this.begin();
    try {
      const open = new OpenTransaction(session, { name, location }, { limit, elapsed });
      const { operations } = open;
      const done = await settled(() => work(open));
      await operations.end();
      const failure = operations.failure ?? ('error' in done ? done : undefined);
      if (failure) {
        const error =
          'error' in done ? done.error : new TransactionFailedError(name, { cause: failure.error });
        await abort(session);
        return { error, failure: failure.error, elapsed: elapsed() };
      }
      if (!open.isUntouched) throw endedByHandler(location);
      const again = await commit(session, this.options);
      if (again) return { error: again.error, failure: again.error, elapsed: elapsed() };
      return done as { value: T };
    } finally {
      await session.endSession();
    }
  }

  #assertWorthRepeating(
    name: string,
    { error, failure, elapsed }: Failed,
    { attempt, since }: { readonly attempt: number; readonly since: number },
  ): void {
    const { transactionLimit, conflictTimeout, location } = this.options;
    const verdict = verdictOn(failure);
    if (verdict === 'final') throw error;
    // A server that has ended it calls that passing; it would end it again.
    if (elapsed >= transactionLimit) {
      throw new TransactionTooLongError(name, transactionLimit, { cause: failure });
    }
    if (verdict === 'perhaps' && attempt >= TRIES_IN_DOUBT) throw error;
    if (verdict === 'again' && since >= conflictTimeout) throw unavailable(failure, location);
  }
}

async function settled<T>(
  work: () => T | Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

/** A server that cannot be told has rolled back by itself, or does so when the transaction has become too old. */
async function abort(session: ClientSession): Promise<void> {
  if (!session.inTransaction()) return;
  await session.abortTransaction().catch(() => undefined);
}

/** Trying again would keep the same rows once more. */
function endedByHandler(location: string): TransactionControlError {
  return new TransactionControlError(
    `A handler has ended its transaction at ${location}, so what it had written may have been kept without its checkpoint: rebuild the projection.`,
  );
}
