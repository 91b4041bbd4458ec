import { isMadeAfter, markFrom, snapshotText } from '../../adapter/snapshot-text.js';
import { InvalidArgumentError } from '../../log/errors.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import { HEADERS, headerOf, type HeaderDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../driver-errors.js';
import { snapshotKey, type SnapshotDocument } from './snapshot-document.js';

/** What a document takes beside the state, generously. */
const SURROUNDINGS = 16 * 1024;

/** @throws InvalidArgumentError for a state that JSON would change, or that is too large for a document */
export function snapshotDocument(stream: StreamName, snapshot: Snapshot, maxBytes: number): SnapshotDocument {
  assertStreamName(stream);
  const text = snapshotText(snapshot);
  const bytes = Buffer.byteLength(text.state);
  if (bytes + SURROUNDINGS > maxBytes) {
    throw new InvalidArgumentError(
      'snapshot',
      `The snapshot has ${bytes} bytes; one document of MongoDB takes ${maxBytes}. Keep large lists out of the aggregate’s state.`,
    );
  }
  return { _id: snapshotKey(stream, text.revision), stream, ...text };
}

/** By compare-and-set: of two instances that save at the same time, the newer snapshot stays whichever comes first. */
export async function saveSnapshot(log: MongoLog, snapshot: SnapshotDocument): Promise<void> {
  while (!(await tryToSave(log, snapshot)));
}

/** `false`: somebody else has saved one meanwhile. */
async function tryToSave(log: MongoLog, snapshot: SnapshotDocument): Promise<boolean> {
  const { _id, stream, version } = snapshot;
  const earlier = await log.snapshots.findOne({ _id }, { projection: { state: 0 } });
  if (!earlier) return insert(log, snapshot);
  if (earlier.version > version && (await standsInLog(log, stream, earlier))) return true;
  const { mark } = earlier;
  const { matchedCount } = await log.snapshots.replaceOne({ _id, version: earlier.version, mark }, snapshot);
  return matchedCount > 0;
}

async function insert(log: MongoLog, snapshot: SnapshotDocument): Promise<boolean> {
  try {
    await log.snapshots.insertOne(snapshot);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** A snapshot from before a restore must not stand in the way of a younger one with a lower version. */
async function standsInLog(
  log: MongoLog,
  stream: StreamName,
  { version, mark }: Pick<SnapshotDocument, 'version' | 'mark'>,
): Promise<boolean> {
  const made = markFrom(mark);
  if (!made) return false;
  const { firstVersion } = made;
  const found = await log.commits.findOne<HeaderDocument>({ stream, firstVersion }, { projection: HEADERS });
  return found !== null && isMadeAfter(headerOf(found), version, made);
}
