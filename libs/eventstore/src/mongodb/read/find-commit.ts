import type { CommitOutcome } from '../../log/commit.js';
import { commitOf, isFence, type CommitId, type LogDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { assertKept } from '../moving/kept-fences.js';

export async function findCommit(log: MongoLog, commitId: string): Promise<CommitOutcome> {
  const found = await findByCommitId(log, commitId);
  return found ? outcomeOf(log, found) : { outcome: 'absent' };
}

/** The commit or the fence that has the id: one index over both, so never two. */
export async function findByCommitId(log: MongoLog, commitId: CommitId): Promise<LogDocument | undefined> {
  return (await log.commits.findOne<LogDocument>({ commitId })) ?? undefined;
}

/** @throws LogSealedError for a fence that has come after the seal */
export async function outcomeOf(log: MongoLog, document: LogDocument): Promise<CommitOutcome> {
  if (!isFence(document)) return { outcome: 'committed', commit: commitOf(document) };
  await assertKept(log, document);
  return { outcome: 'fenced' };
}
