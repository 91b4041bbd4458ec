import { pages } from '../../adapter/pages.js';
import { wholeNumber } from '../../log/check-options.js';
import { LogNotDenseError } from '../../log/errors.js';
import type { StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { Position } from '../../log/positions.js';
import {
  headerOf,
  withoutSeal,
  type CommitDocument,
  type FenceDocument,
  type SealDocument,
} from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { readFitting } from '../read/read-documents.js';
import { FENCES, findSealDocument } from './kept-fences.js';

const COMMITS_PER_READ = 500;
const FENCES_PER_READ = 1_000;

export type Read = <T>(work: (log: MongoLog) => Promise<T>) => Promise<T>;

export async function* readStored(after: Position, read: Read): AsyncGenerator<readonly StoredCommit[]> {
  const next = (behind: Position) => read((log) => storedAfter(log, behind));
  const position = wholeNumber('after', after, { min: 0, fallback: 0 });
  yield* pages(position, next, (commit) => commit.position);
}

export function readFences(read: Read): AsyncIterable<readonly StoredFence[]> {
  return pages(
    '',
    (after) => read((log) => fencesAfter(log, after)),
    ({ commitId }) => commitId,
  );
}

export async function findFences(
  { commits }: MongoLog,
  commitIds: readonly string[],
): Promise<readonly StoredFence[]> {
  const seal = await findSealDocument(commits);
  const ids = commitIds.map((commitId) => `fence:${commitId}`);
  const found = commits.find<FenceDocument>({ _id: { $in: ids }, ...ofSeal(seal) });
  return (await found.toArray()).map(fenceOf);
}

/** @throws LogNotDenseError when a position is missing */
async function storedAfter({ commits }: MongoLog, after: Position): Promise<StoredCommit[]> {
  const cursor = commits.find<CommitDocument>(
    { _id: { $gt: after } },
    { sort: { _id: 1 }, limit: COMMITS_PER_READ, batchSize: COMMITS_PER_READ + 1 },
  );
  return withoutSeal(await readFitting(cursor)).map((document, i) => {
    if (document._id !== after + i + 1) throw new LogNotDenseError(after + i, document._id);
    return { ...headerOf(document), text: document.events };
  });
}

async function fencesAfter({ commits }: MongoLog, after: string): Promise<StoredFence[]> {
  const seal = await findSealDocument(commits);
  const cursor = commits.find<FenceDocument>(
    { ...FENCES, firstVersion: { $gt: after }, ...ofSeal(seal) },
    { sort: { firstVersion: 1 }, limit: FENCES_PER_READ, batchSize: FENCES_PER_READ + 1 },
  );
  return (await cursor.toArray()).map(fenceOf);
}

function ofSeal(seal: SealDocument | undefined): { readonly kept?: string } {
  return seal?.fenceMark === undefined ? {} : { kept: seal.fenceMark };
}

function fenceOf({ commitId, at }: FenceDocument): StoredFence {
  return { commitId, at };
}
