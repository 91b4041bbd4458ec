import type { Commit } from '../../log/commit.js';
import { LogDivergedError } from '../../log/errors.js';
import { tryCommits } from '../step/apply-commits.js';
import { parkedAt } from '../step/apply-with-policy.js';
import type { Work } from '../step/holding.js';
import { saveStep } from '../step/save-step.js';
import type { SkippedAt, VisibleEvents } from '../step/visible-events.js';
import type { ParkedSequence, SkippedCommits } from './parked-sequences.js';
import { readSequence, type Sequence } from './read-sequence.js';

/**
 * Works on one parked stream that somebody has asked to retry or discard, one transaction's worth: the loop comes round, so a long stream
 * holds nobody up. New commits of the stream are passed over as long as its row exists, and only this instance, whose token each save
 * proves, removes it: nothing can come between the last waiting commit and the first new one.
 */
export async function runParked<Tx>(work: Work<Tx>, visible: VisibleEvents<Tx>): Promise<boolean> {
  const { holding, settings, board } = work;
  if (holding.parked.size === 0) return false;
  const asked = await settings.store.findRequested(settings.id);
  if (!asked) return false;
  if (asked.request === 'discard') await discardFailed(work, asked);
  else await retry(work, asked, visible);
  board.parked = holding.parked.size;
  return true;
}

/** Gives up on the commit that failed; what waits behind it is then retried. */
async function discardFailed<Tx>(work: Work<Tx>, row: ParkedSequence): Promise<void> {
  const { store, id, now, announce } = work.settings;
  const { commits } = await readWaiting(work, row, 1);
  const failed = commits[0];
  if (!failed) return setRow(work, row.stream, undefined);
  const { stream, firstVersion, lastVersion } = failed;
  const reason = `discarded on request after: ${row.errorMessage}`;
  const skipped: SkippedCommits = { stream, firstVersion, lastVersion, reason, at: now() };
  const next: ParkedSequence = { ...row, nextVersion: lastVersion + 1, request: 'retry' };
  await setRow(work, stream, next, (tx) => store.recordSkipped(tx, id, skipped));
  announce({ kind: 'discarded', stream });
}

async function retry<Tx>(work: Work<Tx>, row: ParkedSequence, visible: VisibleEvents<Tx>): Promise<void> {
  let sequence = await readWaiting(work, row, work.size.current);
  const most = sequence.commits.length;
  if (work.settings.handler.effects === 'in-transaction' && most !== 1) {
    const failure = await retryTogether(work, row, { sequence, visible });
    if (!failure) return;
    // The handler may have changed what it was given.
    sequence = await readWaiting(work, row, most);
  }
  const { commits } = sequence;
  for (const [index, commit] of commits.entries()) {
    work.signal.throwIfAborted();
    const more = sequence.more || index < commits.length - 1;
    const one = { sequence: { commits: [commit], more }, visible };
    const failure = await retryTogether(work, row, one);
    if (failure) return stayParked(work, row, { commit, error: failure.error });
  }
}

interface Stretch<Tx> {
  readonly sequence: Sequence;
  readonly visible: VisibleEvents<Tx>;
}

/** Applies a stretch and moves the row behind it, or removes it, in the same transaction. */
async function retryTogether<Tx>(
  work: Work<Tx>,
  row: ParkedSequence,
  { sequence, visible }: Stretch<Tx>,
): Promise<{ readonly error: unknown } | undefined> {
  const { holding, settings } = work;
  const last = sequence.commits.at(-1);
  const next = last && sequence.more ? movedBehind(row, last) : undefined;
  const seen = look(sequence.commits, visible);
  if ('error' in seen) return seen;
  const failure = await tryCommits(work, seen.commits, holding.checkpoint, async (tx) => {
    for (const { skipped } of seen.skipped) await settings.store.recordSkipped(tx, settings.id, skipped);
    await writeRow(work, tx, row.stream, next);
  });
  if (failure) return failure;
  remember(work, row.stream, next);
  if (!next) settings.announce({ kind: 'unparked', stream: row.stream });
  return undefined;
}

function look<Tx>(
  waiting: readonly Commit[],
  visible: VisibleEvents<Tx>,
):
  | { readonly commits: readonly Commit[]; readonly skipped: readonly SkippedAt[] }
  | { readonly error: unknown } {
  const skipped: SkippedAt[] = [];
  try {
    return { commits: waiting.flatMap((commit) => visible.of(commit, skipped) ?? []), skipped };
  } catch (error) {
    return { error };
  }
}

async function stayParked<Tx>(
  work: Work<Tx>,
  row: ParkedSequence,
  { commit, error }: { commit: Commit; error: unknown },
): Promise<void> {
  const parked = parkedAt(work, commit, { attempts: row.attempts + 1, error });
  await setRow(work, row.stream, { ...parked, parkedAt: row.parkedAt });
  work.settings.announce({ kind: 'parked', stream: row.stream, position: commit.position, error });
}

/** What waits: from the row's next version up to the checkpoint. */
async function readWaiting<Tx>(work: Work<Tx>, row: ParkedSequence, most: number): Promise<Sequence> {
  const { log } = work.settings;
  const upTo = work.holding.checkpoint.position;
  const sequence = await readSequence(log, { stream: row.stream, from: row.nextVersion, upTo, most });
  const first = sequence.commits[0];
  if (!first || first.firstVersion === row.nextVersion) return sequence;
  throw new LogDivergedError(
    log.logId,
    `Stream "${row.stream}" is parked at version ${row.nextVersion}, and its next commit in log ${log.logId} begins at ${first.firstVersion}.`,
  );
}

function movedBehind(row: ParkedSequence, last: Commit): ParkedSequence {
  return { ...row, nextVersion: last.lastVersion + 1, request: 'retry' };
}

async function setRow<Tx>(
  work: Work<Tx>,
  stream: string,
  row: ParkedSequence | undefined,
  alongside?: (tx: Tx) => void | Promise<void>,
): Promise<void> {
  await saveStep(work, work.holding.checkpoint, async (tx) => {
    await alongside?.(tx);
    await writeRow(work, tx, stream, row);
  });
  remember(work, stream, row);
}

async function writeRow<Tx>(
  { settings }: Work<Tx>,
  tx: Tx,
  stream: string,
  row: ParkedSequence | undefined,
): Promise<void> {
  if (row) await settings.store.park(tx, settings.id, row);
  else await settings.store.unpark(tx, settings.id, stream);
}

function remember<Tx>({ holding }: Work<Tx>, stream: string, row: ParkedSequence | undefined): void {
  if (row) holding.parked.set(stream, row);
  else holding.parked.delete(stream);
}
