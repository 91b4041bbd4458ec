import type { JsonValue } from '../log/event.js';
import type { Mark, StreamVersion } from '../log/positions.js';
import type { Snapshot } from '../log/snapshot-store.js';
import type { StreamName } from '../log/stream-name.js';
import type { SqliteLog } from './sqlite-log.js';

export function loadSnapshot(log: SqliteLog, stream: StreamName, revision: string): Snapshot | undefined {
  const row = log.get<{ version: StreamVersion; mark: string; state: string }>(SELECT, stream, revision);
  if (!row) return undefined;
  const { version, mark, state } = row;
  return { version, revision, mark: JSON.parse(mark) as Mark, state: JSON.parse(state) as JsonValue };
}

const SELECT = 'SELECT version, mark, state FROM snapshots WHERE stream = ? AND revision = ?';
