import { isClosing } from '../log/commit-text.js';
import type { ListStreamsOptions, StreamInfo } from '../log/event-store.js';
import { wholeNumber } from './check-options.js';
import type { SqliteLog } from './sqlite-log.js';

interface StreamRow {
  readonly stream: string;
  readonly version: number;
  readonly start: string;
}

/** SQLite's BINARY collation is the order of UTF-8 bytes. */
export function listStreams(log: SqliteLog, options: ListStreamsOptions): readonly StreamInfo[] {
  const limit = wholeNumber('limit', options.limit, { min: 1, max: 10_000, fallback: 100 });
  const { category, after = '' } = options;
  const rows =
    category === undefined
      ? log.all<StreamRow>(`${STREAMS} WHERE s.name > ? ${PAGE}`, after, limit)
      : log.all<StreamRow>(`${STREAMS} WHERE s.category = ? AND s.name > ? ${PAGE}`, category, after, limit);
  return rows.map(({ stream, version, start }) => ({ stream, version, closed: isClosing(start) }));
}

const STREAMS = `
  SELECT s.name AS stream, c.first_version + c.count - 1 AS version, substr(c.events, 1, 40) AS start
  FROM streams s CROSS JOIN commits c ON c.stream_id = s.id AND c.first_version =
    (SELECT max(l.first_version) FROM commits l WHERE l.stream_id = s.id)`;
const PAGE = 'ORDER BY s.name LIMIT ?';
