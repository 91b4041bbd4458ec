import type { StoredFence } from '../../log/movable-log.js';
import { sleep } from '../../processor/timers.js';
import { causeOf, insertCommits, mayPass } from '../append/insert-commits.js';
import type { FenceDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { writeFailed } from '../errors.js';
import { assertFilling } from './begin-filling.js';
import { MAX_DOCUMENTS, PAUSE, WRITTEN_TO, type PutOptions } from './put-commits.js';
import { findFences } from './read-stored.js';

/** Takes commit ids for good; those that are taken already stay as they are. */
export async function putFences(
  log: MongoLog,
  fences: readonly StoredFence[],
  { appendTimeout, timers }: PutOptions,
): Promise<void> {
  const deadline = performance.now() + appendTimeout;
  for (;;) {
    await assertFilling(log);
    const missing = await missingOf(log, fences);
    if (missing.length === 0) return;
    const result = await insertCommits(log, missing.slice(0, MAX_DOCUMENTS).map(documentOf));
    if (result.outcome === 'written') continue;
    if (!mayPass(result) || performance.now() >= deadline)
      throw writeFailed(causeOf(result, WRITTEN_TO), log.location, 'unknown');
    await sleep(timers, PAUSE);
  }
}

async function missingOf(log: MongoLog, fences: readonly StoredFence[]): Promise<readonly StoredFence[]> {
  const there = new Set(
    (
      await findFences(
        log,
        fences.map(({ commitId }) => commitId),
      )
    ).map(({ commitId }) => commitId),
  );
  return fences.filter(({ commitId }) => !there.has(commitId));
}

function documentOf({ commitId, at }: StoredFence): FenceDocument {
  return { _id: `fence:${commitId}`, commitId, stream: null, firstVersion: commitId, at };
}
