import type { CommitOutcome } from '../../log/commit.js';
import { sleep, type Timers } from '../../processor/timers.js';
import type { FenceDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { writeFailed } from '../errors.js';
import { findByCommitId, outcomeOf } from '../read/find-commit.js';
import { causeOf, insertCommits, mayPass } from './insert-commits.js';

/** Milliseconds between two tries. */
const PAUSE = 25;

export interface FenceOptions {
  readonly appendTimeout: number;
  readonly clock: () => Date;
  readonly timers: Timers;
}

/**
 * A document with the same unique commit id as the append: the index lets one of the two in. It has no position, and its `firstVersion`
 * is a text, which keeps fences apart from each other and from all versions. It may be sent again: its own first try answers the second.
 *
 * @throws LogSealedError
 */
export async function fence(log: MongoLog, commitId: string, options: FenceOptions): Promise<CommitOutcome> {
  const { appendTimeout, clock, timers } = options;
  const at = clock();
  const document: FenceDocument = {
    _id: `fence:${commitId}`,
    commitId,
    stream: null,
    firstVersion: commitId,
    at,
  };
  const deadline = performance.now() + appendTimeout;
  for (;;) {
    const result = await insertCommits(log, [document]);
    const found = result.outcome === 'written' ? document : await findByCommitId(log, commitId);
    if (found) return outcomeOf(log, found);
    if (!mayPass(result) || performance.now() >= deadline) {
      const cause = causeOf(result, 'Somebody else is writing the commit id.');
      throw writeFailed(cause, log.location, 'unknown');
    }
    await sleep(timers, PAUSE);
  }
}
