import type { Commit } from '../log/commit.js';
import type { Position } from '../log/positions.js';
import { applyBatch } from './apply-batch.js';
import type { Work } from './holding.js';
import { runParked } from './parked-runner.js';
import { runPublishStep } from './publish-step.js';
import { prepareBatch, readNext } from './read-batch.js';
import type { StepResult } from './step-result.js';
import { verifyLog } from './verify-log.js';
import type { VisibleEvents } from './visible-events.js';

/** One step of whoever holds the lease: read, make sure of the log, see to parked streams, apply with the checkpoint. */
export async function runStep<Tx>(work: Work<Tx>, visible: VisibleEvents<Tx>): Promise<StepResult> {
  const { settings, holding, board, keeper } = work;
  if (settings.handler.effects === 'in-batches-before-checkpoint')
    return runPublishStep(work, settings.handler);
  await keeper.refresh();
  const from = holding.checkpoint.position;
  const startedAt = settings.clock();
  const read = await readNext(work);
  work.signal.throwIfAborted();
  await verifyLog(settings.log, settings.id, holding.checkpoint);
  board.head = read ? await settings.log.head() : from;
  const workedOnParked = await runParked(work, visible);
  if (!read) return workedOnParked ? { kind: 'progressed', from, to: from, events: 0 } : caughtUp(work);
  if (board.state !== 'working') board.enter('working');
  const batch = await prepareBatch(work, read, visible);
  await applyBatch(work, batch);
  const to = holding.checkpoint.position;
  const events = to === batch.upTo.position ? batch.events : eventsUpTo(batch.commits, to);
  work.size.applied({ looked: to - from, events, duration: settings.clock() - startedAt });
  board.rate.add(events);
  settings.announce({ kind: 'progressed', from, to, events });
  return { kind: 'progressed', from, to, events };
}

function eventsUpTo(commits: readonly Commit[], position: Position): number {
  let events = 0;
  for (const commit of commits) if (commit.position <= position) events += commit.events.length;
  return events;
}

function caughtUp<Tx>({ settings, holding, board }: Work<Tx>): StepResult {
  const { position } = holding.checkpoint;
  if (board.state !== 'caught-up') {
    board.enter('caught-up');
    settings.announce({ kind: 'caught-up', position });
  }
  return { kind: 'caught-up', position };
}
