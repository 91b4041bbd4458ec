import { isMadeAfter, markFrom, type SnapshotText } from '../../adapter/snapshot-text.js';
import type { StreamName } from '../../log/stream-name.js';
import { COMMITS_AND_STREAMS, HEADER_COLUMNS, headerOf, type HeaderRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function saveSnapshot(log: SqliteLog, stream: StreamName, snapshot: SnapshotText): void {
  const { version, revision, mark, state } = snapshot;
  const earlier = log.get<EarlierRow>(EARLIER, stream, revision);
  if (earlier && earlier.version > version && standsInLog(log, stream, earlier)) return;
  log.run(SAVE, stream, revision, version, mark, state);
}

type EarlierRow = Pick<SnapshotText, 'version' | 'mark'>;

/** A snapshot from before a restore must not stand in the way of a younger one with a lower version. */
function standsInLog(log: SqliteLog, stream: StreamName, { version, mark }: EarlierRow): boolean {
  const made = markFrom(mark);
  const row = made && log.get<HeaderRow>(COMMIT_OF_MARK, stream, made.firstVersion);
  return row !== undefined && isMadeAfter(headerOf(row), version, made!);
}

const EARLIER = 'SELECT version, mark FROM snapshots WHERE stream = ? AND revision = ?';
const SAVE = `
  INSERT INTO snapshots (stream, revision, version, mark, state) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (stream, revision) DO UPDATE SET version = excluded.version, mark = excluded.mark, state = excluded.state`;
const COMMIT_OF_MARK = `SELECT ${HEADER_COLUMNS} FROM ${COMMITS_AND_STREAMS} WHERE s.name = ? AND c.first_version = ?`;
