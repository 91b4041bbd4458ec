import { CommitFencedError } from '../../log/errors.js';
import { isFence } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { isKept } from '../moving/kept-fences.js';
import { findByCommitId } from '../read/find-commit.js';
import type { PendingAppend } from './append-request.js';
import { inParallel } from './in-parallel.js';
import { settleByCommitId } from './judge.js';

/**
 * Answers whoever asks for what is in the log already; what is left is refused. Below the seal every position is taken, so a commit that is
 * not found now was not written, and never will be.
 */
export async function answerFromSealedLog(log: MongoLog, group: readonly PendingAppend[]): Promise<void> {
  await inParallel(group, async (pending) => {
    if (pending.settled || !(typeof pending.commitId === 'string' || pending.sent)) return;
    const found = await findByCommitId(log, pending.commitId);
    if (!found) return;
    if (!isFence(found)) settleByCommitId(pending, found);
    else if (await isKept(log, found)) pending.reject(new CommitFencedError(found.commitId));
  });
}
