import { StoreIncompatibleError } from '../../log/errors.js';
import type { JsonValue } from '../../log/event.js';
import { isMark } from '../../log/mark.js';
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
  if (!found) return undefined;
  const { version } = found;
  const mark = parse(found.mark, stream);
  if (!isMark(mark)) throw damaged(stream);
  return { version, revision, mark, state: parse(found.state, stream) as JsonValue };
}

function parse(text: string, stream: StreamName): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(stream, { cause: error });
  }
}

function damaged(stream: StreamName, options?: ErrorOptions): StoreIncompatibleError {
  const advice = 'It is a cache: delete it, or let the next one replace it';
  return new StoreIncompatibleError(`The snapshot of stream "${stream}" is damaged. ${advice}.`, options);
}
