import { markOf } from '../../log/commit.js';
import { InvalidArgumentError, InvalidEventError } from '../../log/errors.js';
import { assertExactJson } from '../../log/exact-json.js';
import { isMark } from '../../log/mark.js';
import { sameMark, type Mark } from '../../log/positions.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import { HEADERS, headerOf, type HeaderDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isDuplicateKey } from '../errors.js';
import { snapshotKey, type SnapshotDocument } from './snapshot-document.js';

/** What a document takes beside the state, generously. */
const SURROUNDINGS = 16 * 1024;

/** @throws InvalidArgumentError for a state that JSON would change, or that is too large for a document */
export function snapshotDocument(stream: StreamName, snapshot: Snapshot, maxBytes: number): SnapshotDocument {
  assertStreamName(stream);
  const { version, revision, mark, state } = snapshot;
  assertExact(state);
  const text = JSON.stringify(state);
  const bytes = Buffer.byteLength(text);
  if (bytes + SURROUNDINGS > maxBytes) {
    throw new InvalidArgumentError(
      'snapshot',
      `The snapshot has ${bytes} bytes; one document of MongoDB takes ${maxBytes}. Keep large lists out of the aggregate’s state.`,
    );
  }
  return {
    _id: snapshotKey(stream, revision),
    stream,
    revision,
    version,
    mark: JSON.stringify(mark),
    state: text,
  };
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
  if (!found) return false;
  const header = headerOf(found);
  return header.lastVersion === version && sameMark(markOf(header), made);
}

function markFrom(text: string): Mark | undefined {
  try {
    const mark: unknown = JSON.parse(text);
    return isMark(mark) ? mark : undefined;
  } catch {
    return undefined;
  }
}

function assertExact(state: unknown): void {
  try {
    assertExactJson(state, 'snapshot', 'state');
  } catch (error) {
    if (!(error instanceof InvalidEventError)) throw error;
    throw new InvalidArgumentError(
      'snapshot',
      `JSON would change the snapshot at ${error.path}. Use plain data.`,
    );
  }
}
