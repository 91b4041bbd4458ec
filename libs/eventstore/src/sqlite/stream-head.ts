import { isClosing } from '../log/commit-text.js';
import type { StreamName } from '../log/stream-name.js';
import type { SqliteLog } from './sqlite-log.js';
import type { StreamHead } from './stream-heads.js';

/** Where the stream stands; `undefined` when it does not exist. Call it in a write transaction only: the cache is good for that one. */
export function headOf(log: SqliteLog, stream: StreamName): StreamHead | undefined {
  const cached = log.heads.get(stream);
  if (cached) return cached;
  const row = log.get<{ id: number; version: number; start: string }>(HEAD, stream);
  if (!row) return undefined;
  const head = { id: row.id, version: row.version, closed: isClosing(row.start) };
  log.heads.stage(stream, head);
  return head;
}

/** The beginning of the text tells whether it closes the stream. */
const HEAD = `
  SELECT s.id, c.first_version + c.count - 1 AS version, substr(c.events, 1, 40) AS start
  FROM streams s CROSS JOIN commits c ON c.stream_id = s.id
  WHERE s.name = ? ORDER BY c.first_version DESC LIMIT 1`;
