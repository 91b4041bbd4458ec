import type { CommitOutcome } from '../../log/commit.js';
import { commitOf } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { assertNotSealed } from '../moving/seal.js';
import { findCommitRow } from '../read/find-commit.js';
import { isFenced } from './is-fenced.js';

/** Runs in the same kind of transaction as an append, so that one of the two comes first and the other one sees it. */
export function fence(log: SqliteLog, commitId: string, at: number): CommitOutcome {
  const row = findCommitRow(log, commitId);
  if (row) return { outcome: 'committed', commit: commitOf(row) };
  if (isFenced(log, commitId)) return { outcome: 'fenced' };
  assertNotSealed(log);
  log.run('INSERT INTO fences (commit_id, at) VALUES (?, ?)', commitId, at);
  return { outcome: 'fenced' };
}
