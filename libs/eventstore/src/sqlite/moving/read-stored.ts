import { setImmediate as nextTurn } from 'node:timers/promises';
import { pages } from '../../adapter/pages.js';
import { wholeNumber } from '../../log/check-options.js';
import { LogNotDenseError } from '../../log/errors.js';
import type { StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { Position } from '../../log/positions.js';
import { fittingRows, TEXT_UNLESS_LARGE } from '../read/fitting-rows.js';
import { COMMITS_AND_STREAMS, HEADER_COLUMNS, headerOf, type HeaderRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import type { Read } from '../read/read-stream.js';

const COMMITS_PER_READ = 500;
const FENCES_PER_READ = 1_000;

export async function* readStored(after: Position, read: Read): AsyncGenerator<readonly StoredCommit[]> {
  const next = async (behind: Position): Promise<readonly StoredCommit[]> => {
    // Reading is synchronous: a consumer whose work is, too, would keep everybody else from running.
    await nextTurn();
    return read((log) => storedAfter(log, behind));
  };
  const position = wholeNumber('after', after, { min: 0, fallback: 0 });
  yield* pages(position, next, (commit) => commit.position);
}

export function readFences(read: Read): AsyncIterable<readonly StoredFence[]> {
  const next = (after: string) =>
    read((log) => log.all<FenceRow>(FENCES, after, FENCES_PER_READ).map(fenceOf));
  return pages('', next, ({ commitId }) => commitId);
}

export function findFences(log: SqliteLog, commitIds: readonly string[]): readonly StoredFence[] {
  return commitIds.flatMap((commitId) => log.all<FenceRow>(FENCE, commitId)).map(fenceOf);
}

interface FenceRow {
  readonly commit_id: string;
  readonly at: number;
}

/** @throws LogNotDenseError when a position is missing */
function storedAfter(log: SqliteLog, after: Position): StoredCommit[] {
  log.assertSameFiles();
  log.refresh();
  const found = log.all<HeaderRow & { readonly events: string | null }>(STORED, after, COMMITS_PER_READ);
  return fittingRows(log, found).map((row, i) => {
    if (row.position !== after + i + 1) throw new LogNotDenseError(after + i, row.position);
    return { ...headerOf(row), text: row.events };
  });
}

function fenceOf({ commit_id: commitId, at }: FenceRow): StoredFence {
  return { commitId, at: new Date(at) };
}

const STORED = `SELECT ${HEADER_COLUMNS}, ${TEXT_UNLESS_LARGE} FROM ${COMMITS_AND_STREAMS} WHERE c.position > ? ORDER BY c.position LIMIT ?`;
const FENCES = 'SELECT commit_id, at FROM fences WHERE commit_id > ? ORDER BY commit_id LIMIT ?';
const FENCE = 'SELECT commit_id, at FROM fences WHERE commit_id = ?';
