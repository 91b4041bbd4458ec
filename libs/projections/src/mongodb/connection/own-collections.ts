import type { LeaseRow, Mark } from '@varve/eventstore';
import type { ClientSession, Collection, Db, MongoClient } from 'mongodb';
import type { MongoMode } from '../options.js';

/** What is to be found of the read models as a whole. */
export interface IdentityRecord {
  readonly _id: string;
  readonly databaseId: string;
  readonly mode: MongoMode;
  /** Of the documents' form. */
  readonly schemaVersion: number;
  readonly createdAt: Date;
}

export interface VersionEntry {
  readonly version: number;
  readonly generation: number;
  readonly state: 'building' | 'live' | 'retired' | 'dropped';
  /** Of a dropped one: whether its collections are gone as well. */
  readonly cleared?: boolean;
}

/** All versions of one projection in one document: whoever reads it sees them at one moment, with or without a transaction. */
export interface ProjectionRecord {
  readonly _id: string;
  /** Rises with every change. */
  readonly revision: number;
  readonly versions: readonly VersionEntry[];
}

export interface ProcessorRecord {
  readonly _id: string;
  readonly logId: string;
  readonly position: number;
  readonly mark: Mark | null;
  readonly token: number;
  /** Rises with every checkpoint and every change of hands. What `readLease` shows has the renewals added. */
  readonly heartbeat: number;
  readonly owner: string | null;
  readonly state: LeaseRow['state'];
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Watermark mode: the last step that was begun, and under which token. */
  readonly stepId?: string;
  readonly stepToken?: number;
  /** Watermark mode: the furthest that a step was begun for; rows may be there already. */
  readonly ahead?: Place | null;
}

/** A commit and what stood there. */
export interface Place {
  readonly position: number;
  readonly mark: Mark | null;
}

/**
 * The renewals of a processor's lease, apart from its checkpoint: a renewal in the middle of a long transaction would otherwise be a
 * conflict with the checkpoint that the transaction is going to save, each time that it is tried again.
 */
export interface RenewalRecord {
  readonly _id: string;
  readonly beats: number;
}

/** `_id` is `keyOf(processor, stream)`. */
export interface ParkedRecord {
  readonly _id: string;
  readonly processor: string;
  readonly stream: string;
  readonly nextVersion: number;
  readonly position: number;
  readonly attempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly parkedAt: Date;
  readonly request: 'retry' | 'discard' | null;
}

/** `_id` is the processor's key of the time and of something unique, so that no index is needed to list them in order. */
export interface SkippedRecord {
  readonly _id: string;
  readonly processor: string;
  readonly stream: string;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly reason: string;
  readonly at: Date;
}

export interface TrackedRecord {
  readonly _id: string;
  readonly upTo: number;
}

/** `_id` is `keyOf(processor, stream)`. */
export interface AppliedRecord {
  readonly _id: string;
  readonly version: number;
}

/** Varve's own collections, each with the concerns that its use needs, whatever the client's own are. */
export interface OwnCollections {
  readonly database: Db;
  readonly prefix: string;
  /** Milliseconds. */
  readonly commandTimeout: number;
  readonly identity: Collection<IdentityRecord>;
  readonly projections: Collection<ProjectionRecord>;
  readonly processors: Collection<ProcessorRecord>;
  readonly renewals: Collection<RenewalRecord>;
  readonly parked: Collection<ParkedRecord>;
  readonly skipped: Collection<SkippedRecord>;
  readonly tracked: Collection<TrackedRecord>;
  readonly applied: Collection<AppliedRecord>;
}

/** The same inside a transaction, or outside of any: `inside` goes with every call. */
export interface Own extends OwnCollections {
  readonly inside: { readonly session?: ClientSession };
}

/** Set by hand and not by the client's options: a client that hands out Longs or raw buffers would break every look-up. */
export const AS_PLAIN_VALUES = {
  promoteValues: true,
  promoteLongs: true,
  useBigInt64: false,
  raw: false,
  ignoreUndefined: true,
} as const;

export const DURABLY = { w: 'majority', journal: true } as const;

export function ownCollections(
  client: MongoClient,
  options: { readonly database: string; readonly collectionPrefix: string; readonly commandTimeout: number },
): OwnCollections {
  const { collectionPrefix: prefix, commandTimeout: timeoutMS } = options;
  const database = client.db(options.database);
  const own = {
    ...AS_PLAIN_VALUES,
    readPreference: 'primary',
    readConcern: { level: 'majority' },
    writeConcern: DURABLY,
    timeoutMS,
  } as const;
  return {
    database,
    prefix,
    commandTimeout: timeoutMS,
    identity: database.collection(`${prefix}varve_read_models`, own),
    projections: database.collection(`${prefix}varve_projections`, own),
    processors: database.collection(`${prefix}varve_processors`, own),
    renewals: database.collection(`${prefix}varve_renewals`, own),
    parked: database.collection(`${prefix}varve_parked`, own),
    skipped: database.collection(`${prefix}varve_skipped`, own),
    tracked: database.collection(`${prefix}varve_tracked`, own),
    applied: database.collection(`${prefix}varve_applied`, own),
  };
}

/** A processor's name holds no line break; what follows it is the stream's name, whatever that holds. */
export function keyOf(processor: string, stream: string): string {
  return `${processor}\n${stream}`;
}

/** All keys of a processor, those after `stream` only. */
export function keysOf(processor: string, after = ''): { readonly $gt: string; readonly $lt: string } {
  return { $gt: keyOf(processor, after), $lt: `${processor}\v` };
}
