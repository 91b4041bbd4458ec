import type { CommitOutcome } from '../../log/commit.js';
import { commitOf, isFence, type CommitId, type LogDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';

export async function findCommit(log: MongoLog, commitId: string): Promise<CommitOutcome> {
  const found = await findByCommitId(log, commitId);
  return found ? outcomeOf(found) : { outcome: 'absent' };
}

/** The commit or the fence that has the id: one index over both, so never two. */
export async function findByCommitId(log: MongoLog, commitId: CommitId): Promise<LogDocument | undefined> {
  return (await log.commits.findOne<LogDocument>({ commitId })) ?? undefined;
}

export function outcomeOf(document: LogDocument): CommitOutcome {
  if (isFence(document)) return { outcome: 'fenced' };
  return { outcome: 'committed', commit: commitOf(document) };
}
