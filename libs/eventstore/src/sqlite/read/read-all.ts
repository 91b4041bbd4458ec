import type { Commit } from '../../log/commit.js';
import { LogNotDenseError } from '../../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import { MAX_TEXT, TEXT_UNLESS_LARGE, textAt } from './fitting-rows.js';
import { headerIn, withEvents, type NumbersRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

type Filter = Pick<ReadAllOptions, 'categories' | 'types'>;

interface BatchRow extends NumbersRow {
  /** Left out where every commit in the range matches: each column costs a rebuild some percent. */
  readonly position?: Position;
  readonly stream_id: number;
  readonly events: string | null;
}

/** With more types than this, reading every text is cheaper than searching it for each. */
const MAX_SEARCHES = 16;

/** Commits in one query. Its rows become garbage while they are young: with thousands at once a rebuild took half as long again. */
const COMMITS_PER_QUERY = 500;

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
  // Another process may append between two of the statements below. What lies beyond this bound is not looked at by any of them.
  const end = Math.min(after + size, log.newest.position);
  if (end <= after) return undefined;
  const query = queryFor(filter);
  const commits: Commit[] = [];
  let room = MAX_TEXT;
  let isWhole = query.values.length === 0;
  for (let from = after; from < end; from += COMMITS_PER_QUERY) {
    const to = Math.min(end, from + COMMITS_PER_QUERY);
    const rows = rowsIn(log, query, { after: from, end: to }, isWhole);
    isWhole = rows.length === to - from;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as BatchRow;
      const position = row.position ?? from + i + 1;
      const text = row.events ?? textAt(log, position);
      const header = headerIn(log.streamNames.of(log, row.stream_id), position, row);
      const commit = withEvents(header, text);
      if (!query.types || hasOneOf(query.types, commit)) commits.push(commit);
      room -= text.length;
      if (room <= 0) return { commits, upTo: position };
    }
  }
  return { commits, upTo: end };
}

interface Query {
  readonly sql: { readonly numbered: string; readonly unnumbered: string };
  readonly values: readonly string[];
  readonly types: ReadonlySet<string> | undefined;
}

function queryFor({ categories, types }: Filter): Query {
  const searches = types && types.length <= MAX_SEARCHES ? types.map(typeText) : [];
  const inCategories = categories ? [JSON.stringify(categories)] : [];
  const matching = matchingSql(categories !== undefined, searches.length);
  return {
    sql: { numbered: `SELECT c.position, ${matching}`, unnumbered: `SELECT ${matching}` },
    values: [...inCategories, ...searches],
    types: types && new Set(types),
  };
}

interface Range {
  readonly after: Position;
  readonly end: Position;
}

/** Where everything matches there is no hole, and it is likely to go on so; otherwise what does not match has to be counted. */
function rowsIn(log: SqliteLog, query: Query, { after, end }: Range, isLikelyWhole: boolean): BatchRow[] {
  if (isLikelyWhole) {
    const rows = log.all<BatchRow>(query.sql.unnumbered, after, end, ...query.values);
    if (rows.length === end - after) return rows;
  }
  const rows = log.all<BatchRow>(query.sql.numbered, after, end, ...query.values);
  if (rows.length < end - after) assertDense(log, after, end);
  return rows;
}

function hasOneOf(types: ReadonlySet<string>, { events }: Commit): boolean {
  for (const { type } of events) if (types.has(type)) return true;
  return false;
}

function assertDense(log: SqliteLog, after: Position, end: Position): void {
  const { commits } = log.get<{ commits: number }>(COUNT, after, end)!;
  if (commits !== end - after) throw firstJump(log, after, end - after);
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
const COLUMNS = `c.stream_id, c.first_version, c.count, c.commit_id, c.at, ${TEXT_UNLESS_LARGE}`;
const MATCHING = `${COLUMNS} FROM commits c`;
const IN_RANGE = 'WHERE c.position > ? AND c.position <= ?';
