import { contextOfEvent, runWithContext } from '../context/context.js';
import type { Commit } from '../log/commit.js';
import { isEventStoreError } from '../log/errors.js';
import { InterruptedError, isForGood, isUnavailable } from './errors.js';
import type { Work } from './holding.js';
import type { EffectHandler, TransactionalHandler } from './processor-options.js';
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
  commits: readonly Commit[],
  to: CheckpointTarget,
  alongside?: Alongside<Tx>,
): Promise<Failure | undefined> {
  const { handler } = work.settings;
  const calls = new HandlerCalls();
  try {
    if (handler.effects === 'before-checkpoint') {
      await performAll(work, commits, (event, signal) => calls.watch(() => handler.react(event, signal)));
    }
    await saveStep(work, to, async (tx) => {
      if (handler.effects === 'in-transaction') await calls.watch(() => applyAll(handler, commits, tx));
      if (alongside) await alongside(tx);
    });
    return undefined;
  } catch (error) {
    work.signal.throwIfAborted();
    if (isUnavailable(error) || (!calls.threw(error) && isTheStores(error))) throw error;
    return { error };
  }
}

/** Remembers what the handler threw, to tell it from what the store threw. */
class HandlerCalls {
  #failure: Failure | undefined;

  async watch(call: () => void | Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  threw(error: unknown): boolean {
    return this.#failure !== undefined && this.#failure.error === error;
  }
}

/** Anything else that a transaction throws comes from its content, such as a constraint that is only checked at its end. */
function isTheStores(error: unknown): boolean {
  if (error instanceof InterruptedError || isForGood(error)) return true;
  if (isEventStoreError(error, 'lease-lost') || isEventStoreError(error, 'checkpoint-moved')) return true;
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

function applyAll<Tx>(
  handler: TransactionalHandler<Tx>,
  commits: readonly Commit[],
  tx: Tx,
): void | Promise<void> {
  if (commits.length > 0) return handler.apply(commits, tx);
}

async function performAll<Tx>(
  work: Work<Tx>,
  commits: readonly Commit[],
  react: EffectHandler['react'],
): Promise<void> {
  for (const commit of commits) await perform(work, commit, react);
}

/** Goes on behind the last event that had its effect, so that a retry repeats as little as it can. */
async function perform<Tx>(work: Work<Tx>, commit: Commit, react: EffectHandler['react']): Promise<void> {
  const { holding, keeper, signal } = work;
  const { stream, position } = commit;
  const { performed } = holding;
  const done = performed.stream === stream && performed.position === position ? performed.events : 0;
  for (const [index, event] of commit.events.entries()) {
    if (index < done) continue;
    await keeper.refresh();
    signal.throwIfAborted();
    await runWithContext(contextOfEvent(event), () => react(event, signal));
    holding.performed = { stream, position, events: index + 1 };
  }
}
