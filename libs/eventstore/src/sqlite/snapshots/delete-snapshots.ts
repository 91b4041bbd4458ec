import type { StreamName } from '../../log/stream-name.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function deleteSnapshots(log: SqliteLog, stream: StreamName): void {
  log.run('DELETE FROM snapshots WHERE stream = ?', stream);
}
