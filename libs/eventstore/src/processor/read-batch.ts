import { markOf, type Commit, type CommitHeader } from '../log/commit.js';
import { LogDivergedError } from '../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../log/event-store.js';
import type { Work } from './holding.js';
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
export async function readNext<Tx>({
  settings,
  holding,
  size,
  signal,
}: Work<Tx>): Promise<LogBatch | undefined> {
  const { filter, log } = settings;
  const options: ReadAllOptions = { ...filter, batchSize: size.current, signal };
  for await (const batch of log.readAll(holding.checkpoint.position, options)) {
    if (batch.upTo > holding.checkpoint.position) return batch;
  }
  return undefined;
}

/** Leaves out what is parked or not for this handler, and decodes the rest. */
export async function prepareBatch<Tx>(
  work: Work<Tx>,
  read: LogBatch,
  visible: VisibleEvents<Tx>,
): Promise<Batch> {
  const { parked } = work.holding;
  const commits: Commit[] = [];
  const skipped: SkippedAt[] = [];
  let events = 0;
  let before: CommitHeader | undefined;
  for (const commit of read.commits) {
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
