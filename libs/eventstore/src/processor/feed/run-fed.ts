import { readSequence } from '../parking/read-sequence.js';
import { tryCommits, type Failure } from '../step/apply-commits.js';
import type { Work } from '../step/holding.js';
import type { StepResult } from '../step/step-result.js';
import type { SkippedAt, VisibleEvents } from '../step/visible-events.js';
import type { FedCommit } from './commit-feed.js';
import type { Feeding } from './feeding.js';
import type { Known } from './known-versions.js';

/** What a fed step works with, beside the rest. */
export interface FedWork<Tx> {
  readonly work: Work<Tx>;
  readonly visible: VisibleEvents<Tx>;
  readonly known: Known;
}

/** Applies what came beside the log, if anything did; the position stays where it is. */
export async function runFed<Tx>(fed: FedWork<Tx>, feeding: Feeding<Tx>): Promise<StepResult | undefined> {
  const { work, known } = fed;
  const { settings, board, holding, size } = work;
  const commits = await feeding.next(known, size.current);
  work.signal.throwIfAborted();
  if (commits.length === 0) return undefined;
  if (board.state !== 'working') board.enter('working');
  feeding.settled(known, await applyFed(fed, commits));
  const { position } = holding.checkpoint;
  const events = commits.reduce((sum, commit) => sum + commit.events.length, 0);
  size.applied({ looked: commits.length, events });
  board.rate.add(events);
  settings.announce({ kind: 'progressed', from: position, to: position, events });
  return { kind: 'progressed', from: position, to: position, events };
}

/**
 * In one transaction, and if that fails one by one, as the log has them: the handler may have changed what it was given. A commit that fails
 * alone is not judged here: its stream is the walker's, who has the log's order and the failure policy. Answers those streams.
 */
async function applyFed<Tx>(fed: FedWork<Tx>, commits: readonly FedCommit[]): Promise<ReadonlySet<string>> {
  const left = new Set<string>();
  const together = await tryFed(fed, commits);
  if (!together) return left;
  fed.work.size.failed();
  const recorded = commits.length === 1 ? undefined : await readFedAgain(fed.work, commits);
  for (const { stream, firstVersion } of commits) {
    if (left.has(stream)) continue;
    fed.work.signal.throwIfAborted();
    const commit = recorded?.get(nameOf(stream, firstVersion));
    const failure = commit ? await tryFed(fed, [commit]) : together;
    if (!failure) continue;
    left.add(stream);
    fed.work.settings.announce({ kind: 'left-to-the-log', stream, firstVersion, error: failure.error });
  }
  return left;
}

/** A log may be behind what a bus has brought: what it does not have yet is left out. */
async function readFedAgain<Tx>(
  { settings }: Work<Tx>,
  commits: readonly FedCommit[],
): Promise<ReadonlyMap<string, FedCommit>> {
  const recorded = new Map<string, FedCommit>();
  for (const [stream, own] of Map.groupBy(commits, (commit) => commit.stream)) {
    const from = Math.min(...own.map(({ firstVersion }) => firstVersion));
    const sequence = await readSequence(settings.log, { stream, from, upTo: Infinity, most: own.length });
    for (const { position: _, ...commit } of sequence.commits)
      recorded.set(nameOf(stream, commit.firstVersion), commit);
  }
  return recorded;
}

function nameOf(stream: string, firstVersion: number): string {
  return `${firstVersion} ${stream}`;
}

async function tryFed<Tx>(
  { work, visible, known }: FedWork<Tx>,
  commits: readonly FedCommit[],
): Promise<Failure | undefined> {
  const { settings, holding } = work;
  const skipped: SkippedAt[] = [];
  const seen: FedCommit[] = [];
  try {
    for (const commit of commits) {
      const one = visible.of(commit, skipped);
      if (one) seen.push(one);
    }
  } catch (error) {
    return { error };
  }
  const versions = new Map(commits.map(({ stream, lastVersion }) => [stream, lastVersion]));
  const to = { ...holding.checkpoint, applied: { versions, upTo: known.upTo } };
  const failure = await tryCommits(work, seen, to, async (tx) => {
    for (const one of skipped) await settings.store.recordSkipped(tx, settings.id, one.skipped);
  });
  if (failure) return failure;
  for (const { skipped: one } of skipped) {
    const { stream, firstVersion, lastVersion } = one;
    settings.announce({ kind: 'skipped', stream, firstVersion, lastVersion });
  }
  return undefined;
}
