import { UUID, type Collection, type Db } from 'mongodb';
import { EVENT_TYPE, payload, streamName, STREAMS, type Measured } from '../payload.ts';

export interface RawCommit {
  readonly _id: number;
  readonly stream: string;
  readonly category: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly commitId: UUID;
  readonly at: Date;
  readonly types: readonly string[];
  readonly events: string;
}

export interface RawEvent {
  readonly type: string;
  readonly data: Measured;
}

/**
 * What a user would write with the driver alone: a position that it counts itself, which only one process may do, and the same fields, indexes,
 * confirmations and reads as the log's.
 */
export class RawCollection {
  readonly commits: Collection<RawCommit>;

  private constructor(commits: Collection<RawCommit>) {
    this.commits = commits;
  }

  static async create(database: Db): Promise<RawCollection> {
    const commits = database.collection<RawCommit>('raw', {
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
      readPreference: 'primary',
    });
    await commits.createIndex({ stream: 1, firstVersion: 1 }, { unique: true }, {});
    await commits.createIndex({ commitId: 1 }, { unique: true }, {});
    return new RawCollection(commits);
  }

  /** `count` commits behind position `after`, in one call; the streams in turn. */
  async insert(after: number, count: number, streams = STREAMS): Promise<void> {
    await this.commits.insertMany(
      Array.from({ length: count }, (_, i) => rawCommit(after + i, streams)),
      { ordered: true },
    );
  }

  async fill(count: number, perCall: number, streams = STREAMS): Promise<void> {
    for (let from = 0; from < count; from += perCall) {
      await this.insert(from, Math.min(perCall, count - from), streams);
    }
  }
}

/** Puts commits into a log in large calls, in less time than appends would take: where it ends, its writers find out. */
export async function fillCommits(
  commits: Collection<RawCommit>,
  head: number,
  count: number,
): Promise<void> {
  for (let from = 0; from < count; from += 2_000) {
    const size = Math.min(2_000, count - from);
    const documents = Array.from({ length: size }, (_, i) => rawCommit(head + from + i, FILLED_STREAMS));
    await commits.insertMany(documents, { writeConcern: { w: 'majority', journal: true } });
  }
}

const FILLED_STREAMS = 10_000;

function rawCommit(index: number, streams: number): RawCommit {
  const version = Math.floor(index / streams) + 1;
  return {
    _id: index + 1,
    stream: streamName(index % streams),
    category: 'order',
    firstVersion: version,
    lastVersion: version,
    commitId: new UUID(),
    at: new Date(),
    types: [EVENT_TYPE],
    events: JSON.stringify([{ type: EVENT_TYPE, data: payload(index) }]),
  };
}

/** What a reader makes of it, as the log's readers do: every text is parsed. */
export function centsOf(commits: readonly Pick<RawCommit, 'events'>[]): number {
  let cents = 0;
  for (const { events } of commits) {
    for (const { data } of JSON.parse(events) as RawEvent[]) cents += data.amountCents;
  }
  return cents;
}
