import { snapshotFrom } from '../../adapter/snapshot-text.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import type { StreamName } from '../../log/stream-name.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { snapshotKey } from './snapshot-document.js';

/** @throws StoreIncompatibleError what is stored is no snapshot */
export async function loadSnapshot(
  log: MongoLog,
  stream: StreamName,
  revision: string,
): Promise<Snapshot | undefined> {
  const found = await log.snapshots.findOne({ _id: snapshotKey(stream, revision) });
  return found ? snapshotFrom(found, stream) : undefined;
}
