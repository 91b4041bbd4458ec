import { ProjectionFailedError } from '@varve/eventstore';
import { isDuplicateKey, isMongoError, isPassing } from '@varve/eventstore/mongodb';
import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { RowRefusedError } from '../../../index.js';
import { errorOfDriver } from '../../errors.js';
import type { RowChanges } from './changes.js';
import type { StoredRow } from './stored-row.js';

export interface RowWrite {
  readonly row: StoredRow;
  /** The position that it was read at; nothing when it was not there. */
  readonly before: number | undefined;
  readonly changes: RowChanges;
}

/** A row that is not there and cannot be inserted so many times is refused for another reason than its `_id`. */
const TRIES_IN_DOUBT = 3;

export interface WritingEach {
  readonly processor: string;
  readonly assertInTime: () => void;
  /** How often a row was refused as a duplicate. */
  readonly refusals: Map<RowChanges, number>;
}

/** All at once, in any order. `false`: not all of them, for whatever reason. @throws what is the server's trouble, and not the rows' */
export async function writeTogether(
  collection: Collection<StoredRow>,
  writes: readonly RowWrite[],
): Promise<boolean> {
  try {
    const { insertedCount, matchedCount } = await collection.bulkWrite(writes.map(operationOf), {
      ordered: false,
    });
    return insertedCount + matchedCount === writes.length;
  } catch (thrown) {
    const error = errorOfDriver(thrown);
    if (!isOfTheRows(error)) throw error;
    return false;
  }
}

function operationOf({ row, before }: RowWrite): AnyBulkWriteOperation<StoredRow> {
  const { _id } = row;
  return before === undefined
    ? { insertOne: { document: row } }
    : { replaceOne: { filter: { _id, _position: before }, replacement: row } };
}

/** @throws ProjectionFailedError by a row that the server refuses, and what is the server's trouble */
export async function writeEach(
  collection: Collection<StoredRow>,
  writes: readonly RowWrite[],
  { processor, assertInTime, refusals }: WritingEach,
): Promise<boolean> {
  let isDone = true;
  for (const write of writes) {
    assertInTime();
    try {
      isDone = (await writeOne(collection, write)) && isDone;
    } catch (thrown) {
      const error = errorOfDriver(thrown);
      if (!isOfTheRows(error)) throw error;
      const refusal = (refusals.get(write.changes) ?? 0) + 1;
      if (!isByItsId(error, refusal)) throw refused(collection.collectionName, write, { processor, error });
      refusals.set(write.changes, refusal);
      isDone = false;
    }
  }
  return isDone;
}

async function writeOne(collection: Collection<StoredRow>, { row, before }: RowWrite): Promise<boolean> {
  const { _id } = row;
  if (before === undefined) {
    await collection.insertOne(row);
    return true;
  }
  return (await collection.replaceOne({ _id, _position: before }, row)).matchedCount === 1;
}

/** Whether somebody else has made the row. Recent servers say which index it was; of others a majority may not show it at once. */
function isByItsId(error: unknown, refusal: number): boolean {
  if (!isDuplicateKey(error)) return false;
  const keyPattern = typeof error === 'object' && error !== null && 'keyPattern' in error && error.keyPattern;
  if (typeof keyPattern === 'object' && keyPattern !== null) return '_id' in keyPattern;
  return refusal < TRIES_IN_DOUBT;
}

/** What is wrong with what was sent. A server that is in trouble, or cannot be reached, is none of that. */
function isOfTheRows(error: unknown): boolean {
  return isMongoError(error) && !isPassing(error);
}

function refused(
  collection: string,
  { row, changes }: RowWrite,
  { processor, error }: { readonly processor: string; readonly error: unknown },
): ProjectionFailedError {
  const cause = new RowRefusedError(collection, row._id, { cause: error });
  return new ProjectionFailedError(processor, changes.changes[0]!, { cause });
}
