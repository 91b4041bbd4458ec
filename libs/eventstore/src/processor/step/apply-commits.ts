import { contextOfEvent, runWithContext } from '../../context/context.js';
import type { Commit } from '../../log/commit.js';
import { InterruptedError, isOfTheLease, isOfTheWork, isRetryable, isUnavailable } from '../errors.js';
import type { EffectHandler, HandledCommit } from '../processor-options.js';
import type { Work } from './holding.js';
import { saveStep, type CheckpointTarget } from './save-step.js';

export interface Failure {
  readonly error: unknown;
}

/** What a step writes in its transaction beside the rows: skipped events, a parked sequence. */
export type Alongside<Tx> = (tx: Tx) => void | Promise<void>;

/**
 * Tries to apply commits and to move the checkpoint with them. A failure that is the commits' own is the answer; what is nobody's fault,
 * or concerns the lease, is thrown.
 */
export async function tryCommits<Tx>(
  work: Work<Tx>,
  commits: readonly HandledCommit[],
  to: CheckpointTarget,
  alongside?: Alongside<Tx>,
): Promise<Failure | undefined> {
  const { handler } = work.settings;
  const blame = new Blame();
  try {
    if (handler.effects === 'before-checkpoint') {
      await performAll(work, commits, (event, signal) =>
        blame.watch(() => work.handlers.watch(commits, () => handler.react(event, signal), event)),
      );
    }
    const write: Alongside<Tx> = async (tx) => {
      if (handler.effects === 'in-transaction' && commits.length > 0) {
        // Whoever has waited for the transaction need not begin when the processor is stopping.
        work.signal.throwIfAborted();
        await blame.watch(() => work.handlers.watch(commits, (at) => handler.apply(commits, tx, at)));
      }
      if (alongside) await alongside(tx);
    };
    await saveStep(work, to, write, () => blame.enter('commit'));
    return undefined;
  } catch (error) {
    work.signal.throwIfAborted();
    if (blame.isOnCommits(error)) return { error };
    throw error;
  }
}

/** Tells what the commits are to blame for from what the store is to blame for, by where it was thrown. */
class Blame {
  #where: 'store' | 'handler' | 'commit' = 'store';
  #thrown: Failure | undefined;

  enter(where: 'store' | 'handler' | 'commit'): void {
    this.#where = where;
  }

  async watch(call: () => void | Promise<void>): Promise<void> {
    this.enter('handler');
    try {
      await call();
    } catch (error) {
      this.#thrown = { error };
      throw error;
    }
    this.enter('store');
  }

  /**
   * A store may translate what the handler threw, as it does with its driver's errors. What is thrown when everything was written comes
   * from what was written, such as a constraint that is only checked at the end.
   */
  isOnCommits(error: unknown): boolean {
    if (isOfTheWork(error)) return true;
    if (isUnavailable(error) || isOfTheLease(error) || this.#where === 'store') return false;
    return this.#thrown?.error === error || !isRetryable(error);
  }
}

async function performAll<Tx>(
  work: Work<Tx>,
  commits: readonly HandledCommit[],
  react: EffectHandler['react'],
): Promise<void> {
  // Whoever has effects outside of the transaction is never fed, so that each commit has its position.
  for (const commit of commits as readonly Commit[]) await perform(work, commit, react);
}

/**
 * Goes on behind the last event that had its effect, so that a retry repeats as little as it can. A commit that was begun when the
 * processor is told to stop is finished, since its effects would come again.
 */
async function perform<Tx>(work: Work<Tx>, commit: Commit, react: EffectHandler['react']): Promise<void> {
  const { holding, keeper, signal } = work;
  const { stream, position } = commit;
  const { performed } = holding;
  const done = performed.stream === stream && performed.position === position ? performed.events : 0;
  for (const [index, event] of commit.events.entries()) {
    if (index < done) continue;
    throwIfLost(signal);
    await keeper.refresh();
    await runWithContext(contextOfEvent(event), () => react(event, signal));
    holding.performed = { stream, position, events: index + 1 };
  }
}

function throwIfLost(signal: AbortSignal): void {
  if (signal.aborted && !(signal.reason instanceof InterruptedError)) signal.throwIfAborted();
}
