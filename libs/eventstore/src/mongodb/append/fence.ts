import type { CommitOutcome } from '../../log/commit.js';
import type { FenceDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { writeFailed } from '../errors.js';
import { findByCommitId, outcomeOf } from '../read/find-commit.js';
import { insertCommits } from './insert-commits.js';

/**
 * A document with the same unique commit id as the append: the index lets one of the two in. It has no position, and its `firstVersion`
 * is a text, which keeps fences apart from each other and from all versions.
 */
export async function fence(log: MongoLog, commitId: string, at: Date): Promise<CommitOutcome> {
  const document: FenceDocument = {
    _id: `fence:${commitId}`,
    commitId,
    stream: null,
    firstVersion: commitId,
    at,
  };
  const result = await insertCommits(log, [document]);
  if (result.outcome === 'written') return { outcome: 'fenced' };
  const found = await findByCommitId(log, commitId);
  if (found) return outcomeOf(found);
  // Taken by what a majority does not have yet, or lost on the way: who has won is not known.
  const cause =
    'error' in result ? result.error : new Error('The commit id is being written by somebody else.');
  throw writeFailed(cause, log.location, 'unknown');
}
