import type { Commit, LogReader, Position } from '@varve/eventstore';
import { isBusError } from '../../transport/errors.js';
import type { PreparedMessage } from '../../transport/two-phase-bus.js';
import { isTwoPhase } from '../publication-plan.js';
import { messageOf, pointerTo, type Publishing } from './publishing.js';

/** Half messages under way at the same time. */
const MOST_AT_ONCE = 64;
/** Commits in memory at the same time. */
const MOST_IN_MEMORY = 500;

export interface Sweeping {
  readonly publishing: Publishing;
  readonly log: LogReader;
  /** In order. */
  readonly positions: readonly Position[];
  /** What was read just now. */
  readonly fresh: readonly Commit[];
}

export type Swept = Pick<Commit, 'position' | 'commitId'>;

/** Publishes two-phase commits that no confirmation has reached, and adds each to `swept` as the broker confirms it. */
export async function sweep(sweeping: Sweeping, swept: Swept[]): Promise<void> {
  const { positions, publishing } = sweeping;
  for (let from = 0; from < positions.length; from += MOST_IN_MEMORY) {
    publishing.signal.throwIfAborted();
    const commits = await commitsAt(sweeping, positions.slice(from, from + MOST_IN_MEMORY));
    const before = swept.length;
    try {
      await sweepAll(publishing, commits, swept);
    } finally {
      announceSwept(publishing, commits, swept.slice(before));
    }
  }
}

/** Prepares and commits many at a time, in no order. The first failure ends it, when what is on its way has ended. */
export async function sweepAll(
  publishing: Publishing,
  commits: readonly Commit[],
  swept: Swept[],
): Promise<void> {
  const waiting = commits.values();
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (const commit of waiting) {
      try {
        publishing.signal.throwIfAborted();
        await sweepCommit(publishing, commit);
        swept.push(commit);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, commits.length) }, work));
  if (failures.length > 0) throw failures[0];
}

async function sweepCommit(publishing: Publishing, commit: Commit): Promise<void> {
  const prepared = await prepareSwept(publishing, commit);
  await prepared.commit();
}

async function prepareSwept(publishing: Publishing, commit: Commit): Promise<PreparedMessage> {
  const { bus, plan } = publishing;
  if (!isTwoPhase(bus)) throw new TypeError(`${bus.description} takes no half messages.`);
  try {
    return await bus.prepare(messageOf(publishing, commit));
  } catch (error) {
    if (plan.pointers === 'always' || !isBusError(error, 'message-too-large')) throw error;
    return bus.prepare(pointerTo(publishing, commit));
  }
}

function announceSwept({ announce }: Publishing, commits: readonly Commit[], swept: readonly Swept[]): void {
  const positions = new Set(swept.map(({ position }) => position));
  for (const { stream, position } of commits)
    if (positions.has(position)) announce({ kind: 'swept', stream, position });
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
