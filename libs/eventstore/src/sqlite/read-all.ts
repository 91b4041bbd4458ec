import { LogNotDenseError } from '../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../log/event-store.js';
import type { Commit } from '../log/commit.js';
import type { Position } from '../log/positions.js';
import { COMMIT_COLUMNS, COMMITS_AND_STREAMS, commitOf, type CommitRow } from './commit-row.js';
import { fittingCommits } from './fitting-commits.js';
import type { SqliteLog } from './sqlite-log.js';

/** With more types than this, reading every text is cheaper than searching it for each. */
const MAX_SEARCHES = 16;

/**
 * The batch after a position; `undefined` at the head. Positions are given out under the write lock, so nothing can appear below one that
 * is visible. Every batch is a read of its own: a long one would keep the "-wal" file from being reused.
 *
 * @throws LogNotDenseError when a position is missing
 */
export function readBatch(
  log: SqliteLog,
  after: Position,
  size: number,
  filter: Pick<ReadAllOptions, 'categories' | 'types'>,
): LogBatch | undefined {
  log.assertSameFiles();
  log.refresh();
  const looked = fittingCommits(log, AFTER, [after], size);
  if (looked.commits === 0) return undefined;
  if (looked.last !== after + looked.commits) throw firstJump(log, after, size);
  return { commits: matchingCommits(log, after, looked.last, filter), upTo: looked.last };
}

function matchingCommits(
  log: SqliteLog,
  after: Position,
  upTo: Position,
  { categories, types }: Pick<ReadAllOptions, 'categories' | 'types'>,
): Commit[] {
  const searches = types && types.length <= MAX_SEARCHES ? types.map(typeText) : [];
  const rows = log.all<CommitRow>(
    matchingSql(categories !== undefined, searches.length),
    after,
    upTo,
    ...(categories ? [JSON.stringify(categories)] : []),
    ...searches,
  );
  const commits = rows.map(commitOf);
  if (!types) return commits;
  const wanted = new Set(types);
  return commits.filter(({ events }) => events.some(({ type }) => wanted.has(type)));
}

function matchingSql(byCategory: boolean, searches: number): string {
  const category = byCategory ? 'AND s.category IN (SELECT value FROM json_each(?))' : '';
  const type = Array<string>(searches).fill('instr(c.events, ?) > 0').join(' OR ');
  return `${MATCHING} ${category} ${type && `AND (${type})`} ORDER BY c.position`;
}

/** As it stands in a commit's text; data may hold the same text, so this only narrows the search. */
function typeText(type: string): string {
  return `"type":${JSON.stringify(type)}`;
}

function firstJump(log: SqliteLog, after: Position, size: number): LogNotDenseError {
  let before = after;
  for (const { position } of log.all<{ position: Position }>(
    `SELECT position ${AFTER} LIMIT ?`,
    after,
    size,
  )) {
    if (position !== before + 1) return new LogNotDenseError(before, position);
    before = position;
  }
  return new LogNotDenseError(before, before);
}

const AFTER = 'FROM commits WHERE position > ? ORDER BY position';
const MATCHING = `SELECT ${COMMIT_COLUMNS} FROM ${COMMITS_AND_STREAMS} WHERE c.position > ? AND c.position <= ?`;
