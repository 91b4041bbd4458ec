import type { Commit } from '../../log/commit.js';
import { LogNotDenseError } from '../../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import { fittingRows, TEXT_UNLESS_LARGE } from '../append/fitting-rows.js';
import { commitIn, type NumbersRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

type Filter = Pick<ReadAllOptions, 'categories' | 'types'>;

interface BatchRow extends NumbersRow {
  readonly stream_id: number;
  readonly events: string | null;
}

type FittingRow = BatchRow & { readonly events: string };

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
  filter: Filter,
): LogBatch | undefined {
  log.assertSameFiles();
  log.refresh();
  return filter.categories || filter.types
    ? filteredBatch(log, after, size, filter)
    : wholeBatch(log, after, size);
}

function wholeBatch(log: SqliteLog, after: Position, size: number): LogBatch | undefined {
  const found = log.all<BatchRow>(WHOLE, after, size);
  const last = found.at(-1);
  if (!last) return undefined;
  if (last.position !== after + found.length) throw firstJump(log, after, size);
  const commits = commitsOf(log, fittingRows(log, found));
  return { commits, upTo: after + commits.length };
}

function filteredBatch(
  log: SqliteLog,
  after: Position,
  size: number,
  { categories, types }: Filter,
): LogBatch | undefined {
  // Another process may append between two of the statements below. What lies beyond this bound is not looked at by all of them.
  const end = Math.min(after + size, log.newest.position);
  if (end <= after) return undefined;
  const searches = types && types.length <= MAX_SEARCHES ? types.map(typeText) : [];
  const sql = matchingSql(categories !== undefined, searches.length);
  const inCategories = categories ? [JSON.stringify(categories)] : [];
  const found = log.all<BatchRow>(sql, after, end, ...inCategories, ...searches);
  // Where everything matches there is no hole; otherwise what does not match has to be counted.
  if (found.length < end - after) assertDense(log, after, end);
  const rows = fittingRows(log, found);
  const upTo = rows.length < found.length ? rows.at(-1)!.position : end;
  return { commits: ofTypes(commitsOf(log, rows), types), upTo };
}

function assertDense(log: SqliteLog, after: Position, end: Position): void {
  const { commits } = log.get<{ commits: number }>(COUNT, after, end)!;
  if (commits !== end - after) throw firstJump(log, after, end - after);
}

function commitsOf(log: SqliteLog, rows: readonly FittingRow[]): Commit[] {
  return rows.map((row) => commitIn(log.streamNames.of(log, row.stream_id), row));
}

function ofTypes(commits: Commit[], types: readonly string[] | undefined): Commit[] {
  if (!types) return commits;
  const wanted = new Set(types);
  return commits.filter(({ events }) => events.some(({ type }) => wanted.has(type)));
}

function matchingSql(byCategory: boolean, searches: number): string {
  const joined = byCategory ? `${MATCHING} CROSS JOIN streams s ON s.id = c.stream_id` : MATCHING;
  const category = byCategory ? 'AND s.category IN (SELECT value FROM json_each(?))' : '';
  const type = Array<string>(searches).fill('instr(c.events, ?) > 0').join(' OR ');
  return `${joined} ${IN_RANGE} ${category} ${type && `AND (${type})`} ORDER BY c.position`;
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
const COUNT = 'SELECT count(*) AS commits FROM commits WHERE position > ? AND position <= ?';
const COLUMNS = `c.position, c.stream_id, c.first_version, c.count, c.commit_id, c.at, ${TEXT_UNLESS_LARGE}`;
const WHOLE = `SELECT ${COLUMNS} FROM commits c WHERE c.position > ? ORDER BY c.position LIMIT ?`;
const MATCHING = `SELECT ${COLUMNS} FROM commits c`;
const IN_RANGE = 'WHERE c.position > ? AND c.position <= ?';
