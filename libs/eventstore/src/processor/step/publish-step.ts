import type { Commit } from '../../log/commit.js';
import { LogDivergedError } from '../../log/errors.js';
import type { LogBatch } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import { isRefusedByBroker, isUnavailable, MustStopError } from '../errors.js';
import { retryDelay } from '../failure-policy.js';
import type { StatusBoard } from '../processor-status.js';
import { sleep } from '../timers.js';
import type { BatchEffectHandler, EffectBatch, EffectProgress } from './batch-effects.js';
import type { Work } from './holding.js';
import { targetAt } from './read-batch.js';
import { saveStep } from './save-step.js';
import type { StepResult } from './step-result.js';
import { verifyLog } from './verify-log.js';

/**
 * One step for effects in batches: read on from where the last step ended, which may be beyond the checkpoint, have the effects, and move
 * the checkpoint to where the handler says that everything is done.
 */
export async function runPublishStep<Tx>(work: Work<Tx>, handler: BatchEffectHandler): Promise<StepResult> {
  const { settings, holding, board, keeper, size, signal } = work;
  await keeper.refresh();
  const from = holding.checkpoint.position;
  const after = Math.max(from, holding.ahead.readUpTo);
  const startedAt = settings.clock();
  const read = holding.ahead.hold ? undefined : await readAfter(work, after);
  signal.throwIfAborted();
  await verifyLog(settings.log, settings.id, holding.checkpoint);
  board.head = await settings.log.head();
  const { commits, upTo } = read ?? { commits: [], upTo: after };
  // Whoever asks during an outage is not told that all is well with every try.
  if (read && board.state !== 'unavailable') enterWorking(board);
  const batch: EffectBatch = { commits, checkpoint: from, after, upTo, head: board.head };
  const progress = await publishWithPolicy(work, handler, batch);
  if (read) enterWorking(board);
  await moveTo(work, progress.doneUpTo, batch);
  holding.ahead = { readUpTo: upTo, hold: progress.reading === 'hold' };
  const to = holding.checkpoint.position;
  if (!read && to === from) return atRest(work, progress, upTo);
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  if (read) size.applied({ looked: upTo - after, events, duration: settings.clock() - startedAt });
  board.rate.add(events);
  settings.announce({ kind: 'progressed', from, to, events });
  return { kind: 'progressed', from, to, events };
}

function enterWorking(board: StatusBoard): void {
  if (board.state !== 'working') board.enter('working');
}

async function readAfter<Tx>(
  { settings, size, signal }: Work<Tx>,
  after: Position,
): Promise<LogBatch | undefined> {
  const options = { ...settings.filter, batchSize: size.current, signal };
  for await (const batch of settings.log.readAll(after, options)) if (batch.upTo > after) return batch;
  return undefined;
}

/** @throws MustStopError when trying again has not helped; what could not be used, or a broker refuses, is the caller's to wait out */
async function publishWithPolicy<Tx>(
  work: Work<Tx>,
  handler: BatchEffectHandler,
  batch: EffectBatch,
): Promise<EffectProgress> {
  const { settings, board, signal } = work;
  const { failurePolicy } = settings;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await handler.publish(batch, signal);
    } catch (error) {
      signal.throwIfAborted();
      work.size.failed();
      if (isUnavailable(error) || isRefusedByBroker(error)) throw error;
      if (attempt > failurePolicy.retries) throw new MustStopError(error);
      const delay = retryDelay(failurePolicy, attempt, settings.random);
      board.enter('retrying', error);
      settings.announce({ kind: 'retrying', position: batch.checkpoint + 1, attempt, delay, error });
      await sleep(settings.timers, delay, signal);
      signal.throwIfAborted();
      await work.keeper.refresh();
    }
  }
}

async function moveTo<Tx>(work: Work<Tx>, position: Position, batch: EffectBatch): Promise<void> {
  const { checkpoint } = work.holding;
  if (position <= checkpoint.position) return;
  if (position > batch.upTo)
    throw new MustStopError(new RangeError(`Done up to ${position}, and read only up to ${batch.upTo}.`));
  await saveStep(work, targetAt(work, await commitAt(work, position, batch.commits)));
}

async function commitAt<Tx>({ settings }: Work<Tx>, position: Position, commits: readonly Commit[]) {
  const last = commits.at(-1);
  const commit = last?.position === position ? last : await settings.log.commitAt(position);
  if (commit) return commit;
  throw new LogDivergedError(
    settings.log.logId,
    `Log ${settings.log.logId} ended before position ${position} just after processor "${settings.id}" had read that far.`,
  );
}

function atRest<Tx>(
  { settings, holding, board }: Work<Tx>,
  progress: EffectProgress,
  readUpTo: Position,
): StepResult {
  const { position } = holding.checkpoint;
  if (position === readUpTo && !holding.ahead.hold) {
    if (board.state !== 'caught-up') {
      board.enter('caught-up');
      settings.announce({ kind: 'caught-up', position });
    }
  } else enterWorking(board);
  const { lookAgainIn, newCommits = 'at-once' } = progress;
  if (lookAgainIn === undefined) return { kind: 'caught-up', position: readUpTo };
  return {
    kind: 'waiting',
    position,
    readUpTo,
    lookAgainIn,
    wokenByAppends: newCommits === 'at-once' && !holding.ahead.hold,
  };
}
