import { LogDivergedError } from '../log/errors.js';
import type { StoredCommit, StoredLog } from '../log/movable-log.js';
import type { Position } from '../log/positions.js';

/** Positions between two words about how far the comparison is. */
const STEP = 500;

/**
 * What was copied earlier may have come from a source that was restored since, or replaced by another with its id.
 *
 * @throws LogDivergedError
 */
export async function assertContinues(source: StoredLog, target: StoredLog): Promise<void> {
  const head = await target.head();
  if (head === 0) return;
  const [there, here] = [await firstAfter(source, head - 1), await firstAfter(target, head - 1)];
  assertSame(source, target, { position: head, there, here });
}

/** Compares commit by commit what the copy has after a position, and tells now and then, and at the end, how far it is. @throws LogDivergedError */
export async function* compareCommits(
  source: StoredLog,
  target: StoredLog,
  after: Position,
): AsyncGenerator<Position> {
  const original = eachOf(source, after);
  let position = after;
  try {
    for await (const here of eachOf(target, after)) {
      position += 1;
      const next = await original.next();
      assertSame(source, target, { position, there: next.done ? undefined : next.value, here });
      if (position % STEP === 0) yield position;
    }
    if (position > after) yield position;
  } finally {
    await original.return(undefined);
  }
}

/** @throws LogDivergedError the copy has others than the source, or not `count` */
export async function compareFences(source: StoredLog, target: StoredLog, count: number): Promise<void> {
  let found = 0;
  for await (const page of target.readFences()) {
    const there = await source.findFences(page.map(({ commitId }) => commitId));
    const times = new Map(there.map(({ commitId, at }) => [commitId, at.getTime()]));
    for (const { commitId, at } of page) {
      if (times.get(commitId) !== at.getTime()) throw differs(source, target, `the fence of "${commitId}"`);
    }
    found += page.length;
  }
  if (found !== count) throw differs(source, target, `${found} fences and not ${count}`);
}

interface Pair {
  readonly position: Position;
  readonly there: StoredCommit | undefined;
  readonly here: StoredCommit | undefined;
}

function assertSame(source: StoredLog, target: StoredLog, { position, there, here }: Pair): void {
  if (there && here && sameCommit(there, here)) return;
  throw differs(source, target, `another commit at position ${position}`);
}

function sameCommit(a: StoredCommit, b: StoredCommit): boolean {
  return (
    a.position === b.position &&
    a.stream === b.stream &&
    a.firstVersion === b.firstVersion &&
    a.lastVersion === b.lastVersion &&
    a.commitId === b.commitId &&
    a.at.getTime() === b.at.getTime() &&
    a.text === b.text
  );
}

function differs(source: StoredLog, target: StoredLog, what: string): LogDivergedError {
  return new LogDivergedError(
    target.logId,
    `The copy ${target.location} has ${what}, which ${source.location} has not: one of the two was changed, restored or replaced meanwhile. ` +
      'The copy was not released. Delete it, and copy again.',
  );
}

async function firstAfter(log: StoredLog, after: Position): Promise<StoredCommit | undefined> {
  for await (const batch of log.readStored(after)) return batch[0];
  return undefined;
}

async function* eachOf(log: StoredLog, after: Position): AsyncGenerator<StoredCommit, undefined> {
  for await (const batch of log.readStored(after)) yield* batch;
  return undefined;
}
