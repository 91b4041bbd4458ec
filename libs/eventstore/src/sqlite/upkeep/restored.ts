import type { LogId } from '../../log/positions.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

/**
 * Gives the log a new id. The positions after the backup will be given out again, to other commits, so whoever has read the old ones must
 * not go on: every checkpoint and every store that is still open refuses the new id.
 */
export function giveNewId(log: SqliteLog): LogId {
  const logId = crypto.randomUUID();
  log.run('UPDATE log SET log_id = ? WHERE id = 1', logId);
  log.stageRow({ log_id: logId });
  return logId;
}
