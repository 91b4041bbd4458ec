import type { CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import {
  HEADERS,
  headerOf,
  isSeal,
  NUMBERED,
  type HeaderDocument,
  type SealDocument,
} from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';

export async function head({ commits }: Pick<MongoLog, 'commits'>): Promise<Position> {
  const ofNewest = { sort: { _id: -1 }, projection: { _id: 1, stream: 1 } } as const;
  const newest = await commits.findOne<Pick<HeaderDocument, '_id' | 'stream'> | SealDocument>(
    { _id: NUMBERED },
    ofNewest,
  );
  if (!newest) return 0;
  return isSeal(newest) ? newest._id - 1 : newest._id;
}

/** The newest commit, or the seal behind it. */
export async function newestEntry(log: MongoLog): Promise<HeaderDocument | SealDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument | SealDocument>(
    { _id: NUMBERED },
    { sort: { _id: -1 }, projection: HEADERS },
  );
  return found ?? undefined;
}

export async function commitAt(log: MongoLog, position: Position): Promise<CommitHeader | undefined> {
  const found = await headerAt(log, position);
  return found && headerOf(found);
}

export async function headerAt(log: MongoLog, position: Position): Promise<HeaderDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument | SealDocument>(
    { _id: position },
    { projection: HEADERS },
  );
  return found && !isSeal(found) ? found : undefined;
}

/** Of several positions at once, by position. */
export async function headersAt(
  { commits }: Pick<MongoLog, 'commits'>,
  positions: readonly Position[],
): Promise<ReadonlyMap<Position, HeaderDocument>> {
  const found = commits.find<HeaderDocument>({ _id: { $in: [...positions] } }, { projection: HEADERS });
  return new Map((await found.toArray()).map((header) => [header._id, header]));
}

/** The newest commit of a stream. */
export async function newestOf(log: MongoLog, stream: StreamName): Promise<HeaderDocument | undefined> {
  const found = await log.commits.findOne<HeaderDocument>(
    { stream },
    { sort: { firstVersion: -1 }, projection: HEADERS },
  );
  return found ?? undefined;
}
