import { isClosing } from '../../log/commit-text.js';
import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

/** Where a stream stands. `id` is its row's. */
export interface StreamHead {
  readonly id: number;
  readonly version: StreamVersion;
  readonly closed: boolean;
}

/** Where the stream stands; `undefined` when it does not exist. Call it in a write transaction only: the cache is good for that one. */
export function headOf(log: SqliteLog, stream: StreamName): StreamHead | undefined {
  const cached = log.heads.get(stream);
  if (cached) return cached;
  const id = log.get<{ id: number }>('SELECT id FROM streams WHERE name = ?', stream)?.id;
  if (id === undefined) return undefined;
  const last = log.get<{ version: number; start: string }>(LAST_COMMIT, id)!;
  const head = { id, version: last.version, closed: isClosing(last.start) };
  log.heads.set(stream, head);
  return head;
}

/** The beginning of the text tells whether it closes the stream. */
const LAST_COMMIT = `
  SELECT first_version + count - 1 AS version, substr(events, 1, 40) AS start
  FROM commits WHERE stream_id = ? ORDER BY first_version DESC LIMIT 1`;
