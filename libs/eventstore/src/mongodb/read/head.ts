import type { CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import { COMMITS_ONLY, HEADERS, headerOf, type HeaderDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';

export async function head({ commits }: Pick<MongoLog, 'commits'>): Promise<Position> {
  const ofNewest = { sort: { _id: -1 }, projection: { _id: 1 } } as const;
  const newest = await commits.findOne<{ readonly _id: Position }>({ _id: COMMITS_ONLY }, ofNewest);
  return newest?._id ?? 0;
}

export async function newestCommit(log: MongoLog): Promise<HeaderDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument>(
    { _id: COMMITS_ONLY },
    { sort: { _id: -1 }, projection: HEADERS },
  );
  return found ?? undefined;
}

export async function commitAt(log: MongoLog, position: Position): Promise<CommitHeader | undefined> {
  const found = await headerAt(log, position);
  return found && headerOf(found);
}

export async function headerAt(log: MongoLog, position: Position): Promise<HeaderDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument>({ _id: position }, { projection: HEADERS });
  return found ?? undefined;
}

/** The newest commit of a stream. */
export async function newestOf(log: MongoLog, stream: StreamName): Promise<HeaderDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument>(
    { stream },
    { sort: { firstVersion: -1 }, projection: HEADERS },
  );
  return found ?? undefined;
}
