import type { Position } from '../../log/positions.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

/** What one read may bring into memory, in characters of event text; it may exceed that by its last commit. */
export const MAX_TEXT = 8 * 1024 * 1024;

/**
 * The text of a commit `c` unless it is large, so that a query for hundreds of commits cannot bring gigabytes. The size stands in the
 * row's header, and asking for it costs next to nothing; summing up sizes beforehand took a quarter of the time of reading a stream.
 */
export const TEXT_UNLESS_LARGE = 'CASE WHEN octet_length(c.events) <= 16384 THEN c.events END AS events';

interface RowWithText {
  readonly position: Position;
  readonly events: string | null;
}

/** As many of the rows as fit into one read, at least one. Large texts are fetched here, each on its own. */
export function fittingRows<Row extends RowWithText>(
  log: SqliteLog,
  rows: readonly Row[],
): (Row & { readonly events: string })[] {
  const fitting: (Row & { readonly events: string })[] = [];
  let size = 0;
  for (const row of rows) {
    const events = row.events ?? textAt(log, row.position);
    fitting.push(row.events === null ? { ...row, events } : (row as Row & { events: string }));
    size += events.length;
    if (size >= MAX_TEXT) break;
  }
  return fitting;
}

export function textAt(log: SqliteLog, position: Position): string {
  return log.get<{ events: string }>('SELECT events FROM commits WHERE position = ?', position)!.events;
}
