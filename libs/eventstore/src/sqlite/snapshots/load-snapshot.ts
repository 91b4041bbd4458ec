import { snapshotFrom, type SnapshotText } from '../../adapter/snapshot-text.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import type { StreamName } from '../../log/stream-name.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

/** @throws StoreIncompatibleError what is stored is no snapshot */
export function loadSnapshot(log: SqliteLog, stream: StreamName, revision: string): Snapshot | undefined {
  const row = log.get<SnapshotText>(SELECT, stream, revision);
  return row && snapshotFrom(row, stream);
}

const SELECT = 'SELECT version, revision, mark, state FROM snapshots WHERE stream = ? AND revision = ?';
