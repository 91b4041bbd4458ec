import { StoreIncompatibleError } from '../log/errors.js';
import type { JsonValue } from '../log/event.js';
import { isMark } from '../log/mark.js';
import type { StreamVersion } from '../log/positions.js';
import type { Snapshot } from '../log/snapshot-store.js';
import type { StreamName } from '../log/stream-name.js';
import type { SqliteLog } from './sqlite-log.js';

/** @throws StoreIncompatibleError what is stored is no snapshot */
export function loadSnapshot(log: SqliteLog, stream: StreamName, revision: string): Snapshot | undefined {
  const row = log.get<{ version: StreamVersion; mark: string; state: string }>(SELECT, stream, revision);
  if (!row) return undefined;
  const { version } = row;
  const mark = parse(row.mark, stream);
  if (!isMark(mark)) throw damaged(stream);
  return { version, revision, mark, state: parse(row.state, stream) as JsonValue };
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

const SELECT = 'SELECT version, mark, state FROM snapshots WHERE stream = ? AND revision = ?';
