import { isEventStoreError } from '../../log/errors.js';
import { MustStopError } from '../errors.js';
import { tryCommits, type Alongside } from './apply-commits.js';
import { applyWithPolicy } from './apply-with-policy.js';
import type { Work } from './holding.js';
import { readAgain, readCommitAgain, targetAt, type Batch } from './read-batch.js';
import { saveStep } from './save-step.js';
import type { SkippedAt, VisibleEvents } from './visible-events.js';

/**
 * Applies a batch in one transaction. If that fails it is rolled back, what stands before the culprit is applied without it, and the
 * culprit by itself under the failure policy; the rest is left for the next step. Effects outside a transaction go commit by commit.
 * A commit that cannot be decoded stops the processor only once it is the next one: until then its stream may be parked, and it passed over.
 */
export async function applyBatch<Tx>(
  work: Work<Tx>,
  batch: Batch,
  visible: VisibleEvents<Tx>,
): Promise<void> {
  if (batch.upTo.position > work.holding.checkpoint.position) {
    if (work.settings.handler.effects === 'before-checkpoint') await applyEach(work, batch, visible);
    else await applyTogether(work, batch, visible);
  } else if (batch.blocked) throw new MustStopError(batch.blocked.error);
}

async function applyTogether<Tx>(work: Work<Tx>, batch: Batch, visible: VisibleEvents<Tx>): Promise<void> {
  const failure = await tryCommits(work, batch.commits, batch.upTo, recording(work, batch.skipped));
  if (!failure) {
    announceSkipped(work, batch.skipped);
    return;
  }
  work.size.failed();
  const { position } = batch.upTo;
  const again = await readAgain(work, visible, position);
  const rest = (await applyBeforeCulprit(work, again, failure.error))
    ? again
    : await readAgain(work, visible, position);
  await applyEach(work, rest, visible);
}

/** When the handler said which commit it was, all before it need one transaction only. `false`: the handler has seen them to no effect. */
async function applyBeforeCulprit<Tx>(work: Work<Tx>, batch: Batch, error: unknown): Promise<boolean> {
  const culprit = culpritOf(error);
  const before = batch.commits.filter((commit) => commit.position < culprit);
  const last = before.at(-1);
  if (!last || before.length === batch.commits.length) return true;
  const skipped = batch.skipped.filter((one) => one.position <= last.position);
  const failure = await tryCommits(work, before, targetAt(work, last), recording(work, skipped));
  if (failure) return false;
  announceSkipped(work, skipped);
  return true;
}

/** Ends at a commit that was given up: the next step reads on behind it. */
async function applyEach<Tx>(work: Work<Tx>, batch: Batch, visible: VisibleEvents<Tx>): Promise<void> {
  const { position } = work.holding.checkpoint;
  for (const commit of batch.commits) {
    if (commit.position <= position) continue;
    work.signal.throwIfAborted();
    const skipped = notYetRecorded(work, batch, commit.position);
    const attempts = { commit, again: () => readCommitAgain(work, visible, commit) };
    const outcome = await applyWithPolicy(work, attempts, recording(work, skipped));
    announceSkipped(work, skipped);
    if (outcome === 'given-up') return;
  }
  await saveRest(work, batch);
}

async function saveRest<Tx>(work: Work<Tx>, batch: Batch): Promise<void> {
  if (batch.upTo.position <= work.holding.checkpoint.position) return;
  const skipped = notYetRecorded(work, batch, batch.upTo.position);
  await saveStep(work, batch.upTo, recording(work, skipped));
  announceSkipped(work, skipped);
}

function notYetRecorded<Tx>({ holding }: Work<Tx>, batch: Batch, upTo: number): readonly SkippedAt[] {
  const { position } = holding.checkpoint;
  return batch.skipped.filter((one) => one.position > position && one.position <= upTo);
}

function recording<Tx>({ settings }: Work<Tx>, skipped: readonly SkippedAt[]): Alongside<Tx> | undefined {
  if (skipped.length === 0) return undefined;
  return async (tx) => {
    for (const one of skipped) await settings.store.recordSkipped(tx, settings.id, one.skipped);
  };
}

function announceSkipped<Tx>({ settings }: Work<Tx>, skipped: readonly SkippedAt[]): void {
  for (const { skipped: one } of skipped) {
    const { stream, firstVersion, lastVersion } = one;
    settings.announce({ kind: 'skipped', stream, firstVersion, lastVersion });
  }
}

function culpritOf(error: unknown): number {
  const named = isEventStoreError(error, 'projection-failed') && 'position' in error;
  return named && typeof error.position === 'number' ? error.position : -1;
}
