import type { Collection, Document } from 'mongodb';
import { AS_PLAIN_VALUES, DURABLY, type OwnCollections } from '../../connection/own-collections.js';
import { rawFields } from '../../connection/row-collection.js';
import type { RowId } from './row-id.js';

/** A row as it is kept. */
export interface StoredRow extends Document {
  readonly _id: RowId;
  /** The last commit that changed it. What a row shows is what all commits up to there have made of it. */
  readonly _position: number;
  /** A tombstone: whoever still has the commits that made the row must not make it again. */
  readonly _deleted?: true;
  readonly _deletedAt?: Date;
}

/** What Varve keeps in each row beside what the application does. */
export const RESERVED_FIELDS: readonly string[] = ['_position', '_deleted', '_deletedAt'];

export const NOT_DELETED = { _deleted: { $exists: false } } as const;

/** Majority reads of the primary: who has seen a row sees no older state of it afterwards. */
const AS_COMMITTED = {
  ...AS_PLAIN_VALUES,
  readPreference: 'primary',
  readConcern: { level: 'majority' },
  writeConcern: DURABLY,
  // A query for `{ _id: undefined }` finds nothing, and not any row.
  ignoreUndefined: false,
  fieldsAsRaw: rawFields(),
} as const;

/** `timeoutMS`: of each command; 0 for one that takes as long as it takes. */
export function storedRows(
  { database, commandTimeout }: OwnCollections,
  physicalName: string,
  timeoutMS: number = commandTimeout,
): Collection<StoredRow> {
  return database.collection<StoredRow>(physicalName, { ...AS_COMMITTED, timeoutMS });
}
