import type { Collection, Db, MongoClient } from 'mongodb';
import type { LogId } from '../../log/positions.js';
import type { SnapshotDocument } from '../snapshots/snapshot-document.js';
import type { StoredFields } from './commit-document.js';
import type { LogRecord } from './log-record.js';

/** The collections of one log, each with the concerns that its use needs, whatever the client's own are. */
export interface MongoLog {
  /** Changes when this store gives the log a new one. */
  logId: LogId;
  /** Where a person finds it: hosts, database and collection, no credentials. */
  readonly location: string;
  readonly database: Db;
  /** Deciding reads: the primary, and only what a majority has. */
  readonly commits: Collection<StoredFields>;
  /** Reads that follow the log; from a secondary if the options say so. */
  readonly tail: Collection<StoredFields>;
  readonly records: Collection<LogRecord>;
  readonly snapshots: Collection<SnapshotDocument>;
  /** What one document may have, in bytes, by the server's own word. */
  readonly maxDocumentBytes: number;
  /** Whether the server tells of changes: then they wake who waits, and the log is asked less often. */
  readonly changeStreams: boolean;
  /** How long one command may take, in milliseconds. */
  readonly commandTimeout: number;
}

/** Set by hand and not by the client's options: a client that hands out Longs or raw buffers would break every look-up. */
const AS_PLAIN_VALUES = {
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: false,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: true,
} as const;

export const DURABLY = { w: 'majority', journal: true } as const;

/** For what is decided by: read from the primary what a majority has, write what a majority has in its journals. */
export function deciding(commandTimeout: number) {
  return {
    ...AS_PLAIN_VALUES,
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: DURABLY,
    timeoutMS: commandTimeout,
  } as const;
}

export type Collections = Pick<MongoLog, 'database' | 'commits' | 'tail' | 'records' | 'snapshots'>;

export function collectionsOf(
  client: MongoClient,
  options: {
    readonly database: string;
    readonly collectionPrefix: string;
    readonly tailReads: 'primary' | 'secondaryPreferred';
    readonly commandTimeout: number;
  },
): Collections {
  const { collectionPrefix: prefix, tailReads, commandTimeout: timeoutMS } = options;
  const database = client.db(options.database);
  const decisive = deciding(timeoutMS);
  return {
    database,
    commits: database.collection(`${prefix}commits`, decisive),
    tail: database.collection(`${prefix}commits`, { ...decisive, readPreference: tailReads }),
    records: database.collection(`${prefix}log`, decisive),
    // A cache: lost with the primary that took it, it is made again.
    snapshots: database.collection(`${prefix}snapshots`, {
      ...AS_PLAIN_VALUES,
      timeoutMS,
      readPreference: 'primary',
      readConcern: { level: 'local' },
      writeConcern: { w: 1 },
    }),
  };
}
