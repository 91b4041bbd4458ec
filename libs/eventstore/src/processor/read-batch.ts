import { markOf, type Commit, type CommitHeader } from '../log/commit.js';
import { LogDivergedError } from '../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../log/event-store.js';
import type { Work } from './holding.js';
import type { ProcessorFilter } from './processor-options.js';
import type { CheckpointTarget } from './save-step.js';
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

/** The next stretch of the log as it is; `undefined` at its head. */
export async function readNext<Tx>(work: Work<Tx>): Promise<LogBatch | undefined> {
  const { settings, holding, size, feeding, signal } = work;
  const { position } = holding.checkpoint;
  const bound = feeding?.pace.bound ?? Infinity;
  if (bound <= position) return undefined;
  const batchSize = Math.min(size.current, bound - position);
  const options: ReadAllOptions = { ...walkFilter(work), batchSize, signal };
  for await (const batch of settings.log.readAll(position, options)) {
    if (batch.upTo <= position) continue;
    if (batch.upTo <= bound) return batch;
    return { commits: batch.commits.filter((commit) => commit.position <= bound), upTo: bound };
  }
  return undefined;
}

/** Where versions are kept, commits without a wanted type count as well: types are picked afterwards, or a filter would look like a gap. */
function walkFilter<Tx>({ settings: { filter }, holding }: Work<Tx>): ProcessorFilter {
  if (!holding.known || !filter.types) return filter;
  return filter.categories ? { categories: filter.categories } : {};
}

/** Leaves out what is known, parked or not for this handler, and decodes the rest. */
export async function prepareBatch<Tx>(
  work: Work<Tx>,
  read: LogBatch,
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
  return { commits, skipped, events, upTo: await targetUpTo(work, read) };
}

export function targetAt<Tx>({ settings }: Work<Tx>, commit: CommitHeader): CheckpointTarget {
  return { logId: settings.log.logId, position: commit.position, mark: markOf(commit) };
}

/** The commit at `upTo` may have been filtered out of what was read. */
async function targetUpTo<Tx>(work: Work<Tx>, { commits, upTo }: LogBatch): Promise<CheckpointTarget> {
  const last = commits.at(-1);
  const { log, id } = work.settings;
  const commit = last?.position === upTo ? last : await log.commitAt(upTo);
  if (commit) return targetAt(work, commit);
  throw new LogDivergedError(
    log.logId,
    `Log ${log.logId} ended before position ${upTo} just after processor "${id}" had read that far.`,
  );
}
