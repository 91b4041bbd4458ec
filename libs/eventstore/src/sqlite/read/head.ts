import type { Position } from '../../log/positions.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function head(log: SqliteLog): Position {
  log.assertSameFiles();
  log.refresh();
  return log.newest.position;
}
