import type { Commit } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import { collectVersions } from '../feed/collect-versions.js';
import type { Feeding } from '../feed/feeding.js';
import { runFed } from '../feed/run-fed.js';
import { lookAt, type Look } from '../feed/walk-ahead.js';
import { runParked } from '../parking/parked-runner.js';
import { applyBatch } from './apply-batch.js';
import type { Work } from './holding.js';
import { runPublishStep } from './publish-step.js';
import { prepareBatch } from './read-batch.js';
import type { StepResult } from './step-result.js';
import { verifyStanding } from './verify-log.js';
import type { VisibleEvents } from './visible-events.js';

/**
 * One step of whoever holds the lease: what came beside the log, or else what is next in the log. The walker has its turn after each fed step,
 * if it wants one: however much comes beside it, it stays no further behind than it should.
 */
export async function runStep<Tx>(work: Work<Tx>, visible: VisibleEvents<Tx>): Promise<StepResult> {
  const { settings, holding, keeper, feeding } = work;
  const { handler } = settings;
  if (handler.effects === 'in-batches-before-checkpoint') return runPublishStep(work, handler);
  await keeper.refresh();
  const { known, checkpoint } = holding;
  if (known && known.upTo < checkpoint.position) return collectVersions(work, known);
  feeding?.lookAhead(work);
  if (known && feeding?.hasTurn) {
    const result = await runFed({ work, visible, known }, feeding);
    if (result) return result;
  }
  return walk(work, visible);
}

/** Read, make sure of the log, see to parked streams, apply with the checkpoint. */
async function walk<Tx>(work: Work<Tx>, visible: VisibleEvents<Tx>): Promise<StepResult> {
  const { settings, holding, board, feeding } = work;
  const from = holding.checkpoint.position;
  const look = feeding ? await feeding.looked(work.signal) : await lookAtLog(work);
  if (look === 'roused') return { ...resting(from), lookAgainIn: 0 };
  if (look) verifyStanding(settings.log, settings.id, { checkpoint: holding.checkpoint, ...look });
  const read = look?.read;
  if (!feeding) {
    if (read) await board.lookAtHead(read.upTo, () => settings.log.head());
    else board.head = from;
  }
  const startedAt = settings.clock();
  if (look) feeding?.lookFurther(work, look);
  const workedOnParked = await runParked(work, visible);
  if (!read) return workedOnParked ? { kind: 'progressed', from, to: from, events: 0 } : caughtUp(work);
  if (board.state !== 'working') board.enter('working');
  const batch = await prepareBatch(work, read, visible);
  await applyBatch(work, batch, visible);
  const to = holding.checkpoint.position;
  const events = to === batch.upTo.position ? batch.events : eventsUpTo(batch.commits, to);
  // Effects outside of the transaction are what takes its time.
  const isOutside = settings.handler.effects !== 'in-transaction';
  const duration = isOutside ? { duration: settings.clock() - startedAt } : {};
  work.size.applied({ looked: to - from, events, readIn: look.took, ...duration });
  board.rate.add(events);
  feeding?.walked();
  settings.announce({ kind: 'progressed', from, to, events });
  return { kind: 'progressed', from, to, events };
}

async function lookAtLog<Tx>(work: Work<Tx>): Promise<Look> {
  const look = await lookAt(work, work.holding.checkpoint.position, work.signal);
  work.signal.throwIfAborted();
  return look;
}

function eventsUpTo(commits: readonly Commit[], position: Position): number {
  let events = 0;
  for (const commit of commits) if (commit.position <= position) events += commit.events.length;
  return events;
}

function caughtUp<Tx>({ settings, holding, board, feeding }: Work<Tx>): StepResult {
  const { position } = holding.checkpoint;
  if (board.state !== 'caught-up') {
    board.enter('caught-up');
    settings.announce({ kind: 'caught-up', position });
  }
  return feeding ? atRest(feeding, position) : { kind: 'caught-up', position };
}

function atRest<Tx>(feeding: Feeding<Tx>, position: Position): StepResult {
  feeding.open();
  const lookAgainIn = feeding.hadItsTurn() ? Math.max(0, feeding.pace.wait) : 0;
  return { ...resting(position), lookAgainIn };
}

function resting(position: Position) {
  return { kind: 'waiting', position, readUpTo: position, wokenByAppends: false } as const;
}
