import type { CommitOutcome } from '../../log/commit.js';
import { isFenced } from '../append/is-fenced.js';
import { COMMIT_COLUMNS, COMMITS_AND_STREAMS, commitOf, type CommitRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

export function findCommit(log: SqliteLog, commitId: string): CommitOutcome {
  const row = findCommitRow(log, commitId);
  if (row) return { outcome: 'committed', commit: commitOf(row) };
  return { outcome: isFenced(log, commitId) ? 'fenced' : 'absent' };
}

export function findCommitRow(log: SqliteLog, commitId: string): CommitRow | undefined {
  return log.get<CommitRow>(BY_COMMIT_ID, commitId);
}

const BY_COMMIT_ID = `SELECT ${COMMIT_COLUMNS} FROM ${COMMITS_AND_STREAMS} WHERE c.commit_id = ?`;
