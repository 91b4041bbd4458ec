import type { LeaseRow, Mark } from '@varve/eventstore';
import type { MongoDocuments } from '@varve/eventstore/mongodb';
import type { Collection } from 'mongodb';
import type { InstanceReport } from '../publication/instances/instance-report.js';
import type { Published } from '../publication/publication-store.js';

/** Stands for the whole: what is found with it was made by this library, in a form that it knows. */
export const STORE = 'publication';

export interface StoreRecord {
  readonly _id: string;
  /** Of the documents' form. */
  readonly schemaVersion: number;
  readonly createdAt: Date;
}

/** Checkpoint and lease in one document, so that one compare-and-set guards both. */
export interface RelayRecord {
  readonly _id: string;
  readonly logId: string;
  readonly position: number;
  readonly mark: Mark | null;
  readonly token: number;
  /** Rises with every renewal and every checkpoint. */
  readonly heartbeat: number;
  readonly owner: string | null;
  readonly state: LeaseRow['state'];
  readonly reason: string | null;
  /** What whoever steps has noted beside the checkpoint. */
  readonly notes?: Readonly<Record<string, unknown>>;
}

/** The confirmations of a stretch of the log: a document each would be an index entry each, for something that is soon forgotten. */
export interface ConfirmedRecord {
  readonly _id: string;
  /** Commit ids by `p` and the position. */
  readonly at?: Readonly<Record<string, string>>;
}

export interface InstanceRecord extends Published {
  readonly _id: string;
  readonly instance: string;
  readonly report: Omit<InstanceReport, 'instance'>;
}

/** No index has to be made, and none can be missing: relays and confirmations are found by `_id`, and instances are a handful. */
export interface Collections {
  readonly stores: Collection<StoreRecord>;
  readonly relays: Collection<RelayRecord>;
  readonly confirmed: Collection<ConfirmedRecord>;
  readonly instances: Collection<InstanceRecord>;
}

export function collectionsOf(documents: MongoDocuments): Collections {
  return {
    stores: documents.collection(STORE),
    relays: documents.collection('relays'),
    confirmed: documents.collection('confirmed'),
    instances: documents.collection('instances'),
  };
}

/** Begins the ids of what belongs to one relay of one log. As JSON, which ends: no name runs into the next. */
export function keyOf({ relay, logId }: Published, ...more: readonly string[]): string {
  return JSON.stringify([relay, logId, ...more]);
}
