import { markOf, type Commit, type CommitHeader } from '../../log/commit.js';
import { LogDivergedError } from '../../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import type { ProcessorFilter } from '../processor-options.js';
import type { Work } from './holding.js';
import type { CheckpointTarget } from './save-step.js';
import { verifyLog } from './verify-log.js';
import type { SkippedAt, VisibleEvents } from './visible-events.js';

/** What of the log is applied next. */
export interface Batch {
  /** What the handler sees, in order; parked streams are passed over. */
  readonly commits: readonly Commit[];
  readonly skipped: readonly SkippedAt[];
  readonly upTo: CheckpointTarget;
  readonly events: number;
  /** The batch ends before a commit that cannot be decoded. */
  readonly blocked?: { readonly commit: CommitHeader; readonly error: unknown };
}

/** A stretch of the log as it is. */
export interface LogStretch extends LogBatch {
  /** What stands at its end, where that was filtered out. */
  readonly end?: CommitHeader;
}

/** The next stretch of the log behind a position, as far as the walker may go; `undefined` at its head. */
export async function readStretch<Tx>(
  work: Work<Tx>,
  from: Position,
  signal: AbortSignal,
): Promise<LogStretch | undefined> {
  const { settings, size, feeding } = work;
  const bound = feeding?.pace.bound ?? Infinity;
  if (bound <= from) return undefined;
  const batchSize = Math.min(size.current, bound - from);
  const options: ReadAllOptions = { ...walkFilter(work), batchSize, signal };
  for await (const batch of settings.log.readAll(from, options)) {
    if (batch.upTo <= from) continue;
    if (batch.upTo <= bound) return withEnd(work, batch);
    const commits = batch.commits.filter((commit) => commit.position <= bound);
    return withEnd(work, { commits, upTo: bound });
  }
  return undefined;
}

/**
 * Everything from the checkpoint up to a position once more: a handler may have changed what it was given before it threw, and the log has
 * it as it was recorded.
 *
 * @throws LogDivergedError
 */
export async function readAgain<Tx>(
  work: Work<Tx>,
  visible: VisibleEvents<Tx>,
  upTo: Position,
): Promise<Batch> {
  const commits = await recordedBetween(work, work.holding.checkpoint.position, upTo);
  return prepareBatch(work, await withEnd(work, { commits, upTo }), visible);
}

/** One commit of a batch, once more. @throws LogDivergedError */
export async function readCommitAgain<Tx>(
  work: Work<Tx>,
  visible: VisibleEvents<Tx>,
  { position }: Commit,
): Promise<Commit> {
  const [commit] = await recordedBetween(work, position - 1, position);
  // What is skipped of it is known from the first time.
  const seen = commit && visible.of(commit, []);
  if (seen) return seen;
  throw new LogDivergedError(
    work.settings.log.logId,
    `Position ${position} is not what it was a moment ago.`,
  );
}

async function recordedBetween<Tx>(work: Work<Tx>, after: Position, upTo: Position): Promise<Commit[]> {
  const { settings, holding, signal } = work;
  const options = { ...walkFilter(work), batchSize: upTo - after, signal };
  const recorded: Commit[] = [];
  for await (const { commits, upTo: read } of settings.log.readAll(after, options)) {
    recorded.push(...commits.filter(({ position }) => position <= upTo));
    if (read >= upTo) break;
  }
  signal.throwIfAborted();
  await verifyLog(settings.log, settings.id, holding.checkpoint);
  return recorded;
}

async function withEnd<Tx>({ settings }: Work<Tx>, { commits, upTo }: LogBatch): Promise<LogStretch> {
  if (commits.at(-1)?.position === upTo) return { commits, upTo };
  const end = await settings.log.commitAt(upTo);
  if (end) return { commits, upTo, end };
  const { log, id } = settings;
  throw new LogDivergedError(
    log.logId,
    `Log ${log.logId} ended before position ${upTo} just after processor "${id}" had read that far.`,
  );
}

/** Where versions are kept, commits without a wanted type count as well: types are picked afterwards, or a filter would look like a gap. */
function walkFilter<Tx>({ settings: { filter }, holding }: Work<Tx>): ProcessorFilter {
  if (!holding.known || !filter.types) return filter;
  return filter.categories ? { categories: filter.categories } : {};
}

/** Leaves out what is known, parked or not for this handler, and decodes the rest. */
export async function prepareBatch<Tx>(
  work: Work<Tx>,
  read: LogStretch,
  visible: VisibleEvents<Tx>,
): Promise<Batch> {
  const { parked, known } = work.holding;
  const commits: Commit[] = [];
  const skipped: SkippedAt[] = [];
  let events = 0;
  let before: CommitHeader | undefined;
  for (const commit of known ? await known.unseen(read.commits) : read.commits) {
    if (!parked.has(commit.stream)) {
      try {
        const seen = visible.of(commit, skipped);
        if (seen) {
          commits.push(seen);
          events += seen.events.length;
        }
      } catch (error) {
        const upTo = before ? targetAt(work, before) : work.holding.checkpoint;
        return { commits, skipped, events, upTo, blocked: { commit, error } };
      }
    }
    before = commit;
  }
  return { commits, skipped, events, upTo: targetUpTo(work, read) };
}

export function targetAt<Tx>({ settings }: Work<Tx>, commit: CommitHeader): CheckpointTarget {
  return { logId: settings.log.logId, position: commit.position, mark: markOf(commit) };
}

function targetUpTo<Tx>(work: Work<Tx>, { commits, end = commits.at(-1) }: LogStretch): CheckpointTarget {
  return end ? targetAt(work, end) : work.holding.checkpoint;
}
