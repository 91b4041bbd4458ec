import { wholeNumber } from '../../log/check-options.js';
import { isClosing } from '../../log/commit-text.js';
import type { ListStreamsOptions, StreamInfo } from '../../log/event-store.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

interface StreamRow {
  readonly stream: string;
  readonly version: number;
  readonly start: string;
}

/** SQLite's BINARY collation is the order of UTF-8 bytes. */
export function listStreams(log: SqliteLog, options: ListStreamsOptions): readonly StreamInfo[] {
  const limit = wholeNumber('limit', options.limit, { min: 1, max: 10_000, fallback: 100 });
  const { category, after = '' } = options;
  if (category === undefined)
    return log.all<StreamRow>(`${STREAMS} WHERE s.name > ? ${PAGE}`, after, limit).map(infoOf);
  if (category.includes('-')) return [];
  // "order" and all that begins with "order-" ("." comes right after "-"): two ranges of the index of names, which needs no other one.
  const bare = log.all<StreamRow>(`${STREAMS} WHERE s.name = ? AND s.name > ?`, category, after);
  const [first, end] = [`${category}-`, `${category}.`];
  // One lower bound: of two SQLite takes the first for its index, and from there walks all names that come before the category.
  const rows = log.all<StreamRow>(
    `${STREAMS} WHERE s.name >= max(?, ?) AND s.name < ? AND s.name <> ? ${PAGE}`,
    after,
    first,
    end,
    after,
    limit,
  );
  return [...bare, ...rows].slice(0, limit).map(infoOf);
}

function infoOf({ stream, version, start }: StreamRow): StreamInfo {
  return { stream, version, closed: isClosing(start) };
}

const STREAMS = `
  SELECT s.name AS stream, c.first_version + c.count - 1 AS version, substr(c.events, 1, 40) AS start
  FROM streams s CROSS JOIN commits c ON c.stream_id = s.id AND c.first_version =
    (SELECT max(l.first_version) FROM commits l WHERE l.stream_id = s.id)`;
const PAGE = 'ORDER BY s.name LIMIT ?';
