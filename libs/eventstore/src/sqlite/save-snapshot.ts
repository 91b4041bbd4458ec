import { markOf } from '../log/commit.js';
import { isMark } from '../log/mark.js';
import { sameMark, type Mark, type StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';
import { COMMITS_AND_STREAMS, HEADER_COLUMNS, headerOf, type HeaderRow } from './commit-row.js';
import type { SqliteLog } from './sqlite-log.js';

/** A snapshot whose state is JSON text. */
export interface SnapshotText {
  readonly version: StreamVersion;
  readonly revision: string;
  readonly mark: Mark;
  readonly state: string;
}

export function saveSnapshot(log: SqliteLog, stream: StreamName, snapshot: SnapshotText): void {
  const { version, revision, mark, state } = snapshot;
  const earlier = log.get<{ version: StreamVersion; mark: string }>(EARLIER, stream, revision);
  if (earlier && earlier.version > version && standsInLog(log, stream, earlier)) return;
  log.run(SAVE, stream, revision, version, JSON.stringify(mark), state);
}

/** A snapshot from before a restore must not stand in the way of a younger one with a lower version. */
function standsInLog(
  log: SqliteLog,
  stream: StreamName,
  { version, mark }: { version: StreamVersion; mark: string },
): boolean {
  const made = markFrom(mark);
  if (!made) return false;
  const row = log.get<HeaderRow>(COMMIT_OF_MARK, stream, made.firstVersion);
  if (!row) return false;
  const header = headerOf(row);
  return header.lastVersion === version && sameMark(markOf(header), made);
}

/** A damaged mark must fail nobody: what is written here shares its transaction with appends. */
function markFrom(text: string): Mark | undefined {
  try {
    const mark: unknown = JSON.parse(text);
    return isMark(mark) ? mark : undefined;
  } catch {
    return undefined;
  }
}

const EARLIER = 'SELECT version, mark FROM snapshots WHERE stream = ? AND revision = ?';
const SAVE = `
  INSERT INTO snapshots (stream, revision, version, mark, state) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (stream, revision) DO UPDATE SET version = excluded.version, mark = excluded.mark, state = excluded.state`;
const COMMIT_OF_MARK = `SELECT ${HEADER_COLUMNS} FROM ${COMMITS_AND_STREAMS} WHERE s.name = ? AND c.first_version = ?`;
