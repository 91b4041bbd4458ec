import { Examination } from '../../adapter/examination.js';
import type { CommitHeader } from '../../log/commit.js';
import type { LogReport } from '../../log/event-store.js';
import type { LogId } from '../../log/positions.js';
import { headerOf, type CommitDocument, type FenceDocument } from '../connection/commit-document.js';
import { problemsOfIndexes } from '../connection/indexes.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { head } from '../read/head.js';
import { readFitting } from '../read/read-documents.js';
import { examine } from './examine-commit.js';

const COMMITS_PER_READ = 500;

/** Walks the log up to where it stood at the beginning, or what has come since an earlier examination. */
export async function verify(
  log: MongoLog,
  logId: LogId,
  signal: AbortSignal,
  examination = new Examination(),
): Promise<LogReport> {
  for (const problem of await problemsOfIndexes(log.commits)) examination.report('damaged', 0, problem);
  const end = await head(log);
  while (examination.position < end && (await examineNext(log, examination, end))) signal.throwIfAborted();
  return { logId, ...examination.result };
}

/** `false`: there is nothing more to examine. */
async function examineNext(log: MongoLog, examination: Examination, end: number): Promise<boolean> {
  const after = examination.position;
  const cursor = log.commits.find<CommitDocument>(
    { _id: { $gt: after, $lte: end } },
    { sort: { _id: 1 }, limit: COMMITS_PER_READ, batchSize: COMMITS_PER_READ + 1 },
  );
  const found = await readFitting(cursor);
  // Before the examination moves on: where this fails, it goes on from here the next time.
  const fenced = await findFenced(log, found);
  for (const document of found) examine(examination, document);
  for (const header of fenced) examination.reportFenced(header);
  if (found.length === 0) return false;
  return !examination.isEnough();
}

/** Only where the index of commit ids was missing can an id be both. */
async function findFenced(
  log: MongoLog,
  commits: readonly CommitDocument[],
): Promise<readonly CommitHeader[]> {
  const byId = new Map(
    commits.flatMap((commit) =>
      typeof commit.commitId === 'string' ? [[commit.commitId, headerOf(commit)] as const] : [],
    ),
  );
  if (byId.size === 0) return [];
  const fences = await log.commits
    .find<FenceDocument>({ _id: { $in: [...byId.keys()].map((id) => `fence:${id}`) } })
    .toArray();
  return fences.map(({ commitId }) => byId.get(commitId)!);
}
