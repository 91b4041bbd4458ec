import type { Commit, LogReader, Position } from '@varve/eventstore';
import { publishCommits, sweepCommit, type Publishing } from './publish-commits.js';
import { isTwoPhase } from './publication-plan.js';

/** Half messages under way at the same time. */
const MOST_AT_ONCE = 64;
/** Commits in memory at the same time. */
const MOST_IN_MEMORY = 500;

export type Swept = Pick<Commit, 'position' | 'commitId'>;

export interface Sweeping {
  readonly publishing: Publishing;
  readonly log: LogReader;
  /** In order. */
  readonly positions: readonly Position[];
  /** What was read just now. */
  readonly fresh: readonly Commit[];
}

/** Publishes two-phase commits that no confirmation has reached, and adds each to `swept` as the broker confirms it. */
export async function sweep(sweeping: Sweeping, swept: Swept[]): Promise<void> {
  const { positions, publishing } = sweeping;
  for (let from = 0; from < positions.length; from += MOST_IN_MEMORY) {
    publishing.signal.throwIfAborted();
    const commits = await commitsAt(sweeping, positions.slice(from, from + MOST_IN_MEMORY));
    await sweepAll(publishing, commits, swept);
  }
}

async function sweepAll(publishing: Publishing, commits: readonly Commit[], swept: Swept[]): Promise<void> {
  const { signal } = publishing;
  const waiting = [...commits];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && failures.length === 0; next = waiting.shift()) {
      try {
        signal.throwIfAborted();
        await publishOne(publishing, next);
        const { position, commitId } = next;
        swept.push(commitId === undefined ? { position } : { position, commitId });
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, commits.length) }, work));
  if (failures.length > 0) throw failures[0];
}

async function publishOne(publishing: Publishing, commit: Commit): Promise<void> {
  const { bus } = publishing;
  if (isTwoPhase(bus)) await sweepCommit({ ...publishing, bus }, commit);
  else await publishCommits(publishing, [commit]);
}

async function commitsAt(
  { log, fresh }: Sweeping,
  positions: readonly Position[],
): Promise<readonly Commit[]> {
  const first = positions[0];
  const last = positions.at(-1);
  if (first === undefined || last === undefined) return [];
  const wanted = new Set(positions);
  const found = fresh.filter(({ position }) => wanted.has(position));
  if (found.length === wanted.size) return found;
  for (const { position } of found) wanted.delete(position);
  const read: Commit[] = [];
  for await (const { commits, upTo } of log.readAll(first - 1)) {
    for (const commit of commits) if (wanted.has(commit.position)) read.push(commit);
    if (upTo >= last) break;
  }
  return [...read, ...found];
}
