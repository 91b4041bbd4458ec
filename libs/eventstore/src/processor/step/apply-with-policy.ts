import { messageOf } from '../../log/message-of.js';
import type { Commit } from '../../log/commit.js';
import { codeOf, isUndecodable, MustStopError, ProjectionFailedError } from '../errors.js';
import { retryDelay } from '../failure-policy.js';
import type { ParkedSequence } from '../parking/parked-sequences.js';
import { sleep } from '../timers.js';
import { tryCommits, type Alongside } from './apply-commits.js';
import type { Work } from './holding.js';
import { targetAt } from './read-batch.js';
import { saveStep } from './save-step.js';

/** A commit as the log has it, and how to get it so once more: a handler may have changed what it was given. */
export interface Attempts {
  readonly commit: Commit;
  readonly again: () => Promise<Commit>;
}

/**
 * Applies one commit by itself, again and again as the policy says; then parks its stream or stops.
 *
 * @throws MustStopError when the policy is to stop, or the commit cannot be decoded
 */
export async function applyWithPolicy<Tx>(
  work: Work<Tx>,
  { commit: first, again }: Attempts,
  alongside: Alongside<Tx> | undefined,
): Promise<'applied' | 'given-up'> {
  const { failurePolicy } = work.settings;
  let commit = first;
  for (let attempt = 1; ; attempt += 1) {
    const failure = await tryCommits(work, [commit], targetAt(work, commit), alongside);
    if (!failure) return 'applied';
    if (isUndecodable(failure.error)) return giveUpUndecodable(work, commit, failure.error);
    if (attempt > failurePolicy.retries)
      return giveUp(work, commit, { attempts: attempt, error: failure.error });
    await waitToRetry(work, commit, { attempt, error: failure.error });
    commit = await again();
  }
}

async function waitToRetry<Tx>(
  work: Work<Tx>,
  { position }: Commit,
  { attempt, error }: { attempt: number; error: unknown },
): Promise<void> {
  const { settings, board, signal } = work;
  const delay = retryDelay(settings.failurePolicy, attempt, settings.random);
  board.enter('retrying', error);
  settings.announce({ kind: 'retrying', position, attempt, delay, error });
  await sleep(settings.timers, delay, signal);
  signal.throwIfAborted();
}

async function giveUp<Tx>(
  work: Work<Tx>,
  commit: Commit,
  { attempts, error }: { attempts: number; error: unknown },
): Promise<'given-up'> {
  const { settings, holding, board } = work;
  if (settings.failurePolicy.then === 'stop') throw new MustStopError(named(work, commit, error));
  const row = parkedAt(work, commit, { attempts, error });
  await saveStep(work, targetAt(work, commit), (tx) => settings.store.park(tx, settings.id, row));
  holding.parked.set(commit.stream, row);
  board.parked = holding.parked.size;
  settings.announce({ kind: 'parked', stream: commit.stream, position: commit.position, error });
  return 'given-up';
}

/** A handler that decodes by itself found what `decode` finds elsewhere: no retry helps, and parking would hide that code is missing. */
async function giveUpUndecodable<Tx>(work: Work<Tx>, commit: Commit, error: unknown): Promise<'given-up'> {
  const { settings } = work;
  if (settings.onUndecodable === 'stop') throw new MustStopError(error);
  const { stream, firstVersion, lastVersion } = commit;
  const skipped = { stream, firstVersion, lastVersion, reason: messageOf(error), at: settings.now() };
  await saveStep(work, targetAt(work, commit), (tx) =>
    settings.store.recordSkipped(tx, settings.id, skipped),
  );
  settings.announce({ kind: 'skipped', stream, firstVersion, lastVersion });
  return 'given-up';
}

export function parkedAt<Tx>(
  { settings }: Work<Tx>,
  { stream, firstVersion, position }: Commit,
  { attempts, error }: { attempts: number; error: unknown },
): ParkedSequence {
  return {
    stream,
    nextVersion: firstVersion,
    position,
    attempts,
    errorCode: codeOf(error),
    errorMessage: messageOf(error),
    parkedAt: settings.now(),
  };
}

function named<Tx>({ settings }: Work<Tx>, commit: Commit, error: unknown): ProjectionFailedError {
  if (error instanceof ProjectionFailedError) return error;
  return new ProjectionFailedError(settings.id, commit, { cause: error });
}
