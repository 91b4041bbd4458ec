import type { CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import { COMMITS_AND_STREAMS, HEADER_COLUMNS, headerOf, type HeaderRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function commitAt(log: SqliteLog, position: Position): CommitHeader | undefined {
  log.assertSameFiles();
  log.refresh();
  const row = log.get<HeaderRow>(BY_POSITION, position);
  return row && headerOf(row);
}

const BY_POSITION = `SELECT ${HEADER_COLUMNS} FROM ${COMMITS_AND_STREAMS} WHERE c.position = ?`;
