import { decodeEvents } from '../../log/commit-text.js';
import { LogDivergedError, LogNotDenseError, StoreIncompatibleError } from '../../log/errors.js';
import type { StoredCommit } from '../../log/movable-log.js';
import { sleep, type Timers } from '../../processor/timers.js';
import { bytesOf } from '../append/check-size.js';
import { causeOf, insertCommits, mayPass } from '../append/insert-commits.js';
import { headerOf, ownCommitId, placeOf, type CommitDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { writeFailed } from '../errors.js';
import { head } from '../read/head.js';
import { assertFilling } from './begin-filling.js';

/** Bounds of one command, as of an append's. */
export const MAX_DOCUMENTS = 100;
const MAX_BYTES = 8 * 1024 * 1024;
/** Milliseconds between two tries. */
export const PAUSE = 50;
export const WRITTEN_TO = 'Somebody else is writing there.';

export interface PutOptions {
  readonly appendTimeout: number;
  readonly timers: Timers;
}

/**
 * Writes commits as they are, after the newest one; those that are there already are left out. After whatever goes wrong the head is asked
 * again: what was written counts, what was not is sent again.
 */
export async function putCommits(
  log: MongoLog,
  commits: readonly StoredCommit[],
  { appendTimeout, timers }: PutOptions,
): Promise<void> {
  const documents = commits.map((commit) => documentOf(log, commit));
  const deadline = performance.now() + appendTimeout;
  let missing = await missingOf(log, documents);
  while (missing.length > 0) {
    const group = fitting(missing);
    const result = await insertCommits(log, group);
    if (result.outcome === 'written') {
      missing = missing.slice(group.length);
      continue;
    }
    if (result.outcome === 'taken') await assertSame(log, group[result.index]!);
    if (!mayPass(result) || performance.now() >= deadline)
      throw writeFailed(causeOf(result, WRITTEN_TO), log.location, 'unknown');
    await sleep(timers, PAUSE);
    missing = await missingOf(log, documents);
  }
}

/** By what a majority has, and only while the log is being filled. @throws LogDivergedError, LogNotDenseError */
async function missingOf(
  log: MongoLog,
  documents: readonly CommitDocument[],
): Promise<readonly CommitDocument[]> {
  const [newest] = await Promise.all([head(log), assertFilling(log)]);
  return following(documents, newest);
}

function documentOf(log: MongoLog, commit: StoredCommit): CommitDocument {
  const { position, stream, firstVersion, lastVersion, at, text } = commit;
  const commitId = commit.commitId ?? ownCommitId(at.getTime());
  const types = [...new Set(decodeEvents(text, commit).map(({ type }) => type))];
  const count = lastVersion - firstVersion + 1;
  bytesOf({ stream, expected: 'any', count, text, types, commitId, at }, log.maxDocumentBytes);
  return { _id: position, ...placeOf(stream, firstVersion), lastVersion, commitId, at, types, events: text };
}

/** @throws LogNotDenseError they do not follow on the head */
function following(documents: readonly CommitDocument[], after: number): readonly CommitDocument[] {
  const next = documents.filter(({ _id }) => _id > after);
  for (const [i, { _id }] of next.entries()) {
    if (_id !== after + i + 1) throw new LogNotDenseError(after + i, _id);
  }
  return next;
}

function fitting(documents: readonly CommitDocument[]): readonly CommitDocument[] {
  let bytes = 0;
  const end = documents.findIndex(({ events }, i) => {
    bytes += events.length * 3 + 512;
    return i === MAX_DOCUMENTS || (i > 0 && bytes > MAX_BYTES);
  });
  return end === -1 ? documents : documents.slice(0, end);
}

/**
 * Another copying of the same source was faster: then the same commit is there, or will be as soon as a majority has it.
 *
 * @throws LogDivergedError an app has written to the log
 * @throws StoreIncompatibleError the source has two commits for one version or id
 */
async function assertSame(log: MongoLog, document: CommitDocument): Promise<void> {
  const { _id, stream, firstVersion, commitId } = document;
  const found = await log.commits
    .find<CommitDocument>({ $or: [{ _id }, { stream, firstVersion }, { commitId }] })
    .toArray();
  for (const one of found) {
    if (one._id !== _id) throw damagedSource(document, one._id);
    if (one.stream !== stream || one.firstVersion !== firstVersion || one.events !== document.events) {
      throw new LogDivergedError(
        log.logId,
        `Somebody else has written position ${_id} of the log ${log.location} while it was copied. Stop whoever uses it, and copy into a new place.`,
      );
    }
  }
}

function damagedSource(document: CommitDocument, other: number | string): StoreIncompatibleError {
  const { position, stream, firstVersion } = headerOf(document);
  return new StoreIncompatibleError(
    `The log that is copied is damaged: version ${firstVersion} of its stream "${stream}", or its commit id, is at position ${position} and at ${other}. ` +
      'Run "varve log verify" on it.',
  );
}
