import { ProjectionFailedError } from '@varve/eventstore';
import { BSON } from 'mongodb';
import { InvalidProjectionOptionsError } from '../../../index.js';
import type { Change, RowChanges } from './changes.js';
import { keyOfId, RESERVED_FIELDS, type RowId, type StoredRow } from './stored-row.js';

export interface Folding {
  readonly processor: string;
  /** When a row is deleted. */
  readonly now: Date;
}

/**
 * The row after those of the changes that it has not seen, or nothing when there is nothing to write. A change at or below its position is in
 * it already, which makes it harmless to apply a commit again.
 */
export function foldRow(
  stored: StoredRow | undefined,
  { id, changes }: RowChanges,
  folding: Folding,
): StoredRow | undefined {
  const seen = stored?._position ?? 0;
  const unseen = changes.filter(({ position }) => position > seen);
  let row = stored && rowOf(stored);
  // A row that never was leaves no mark: whoever applies the same commits makes none either.
  let hasBeen = row !== undefined;
  for (const change of unseen) {
    row = evolved(row, id, { change, ...folding });
    hasBeen ||= row !== undefined;
  }
  const _position = unseen.at(-1)?.position;
  if (_position === undefined || !hasBeen) return undefined;
  return row
    ? { ...row, _id: id, _position }
    : { _id: id, _position, _deleted: true, _deletedAt: folding.now };
}

function rowOf({ _position, _deleted, _deletedAt, ...row }: StoredRow): object | undefined {
  return _deleted ? undefined : row;
}

function evolved(
  row: object | undefined,
  id: RowId,
  { change, processor }: Folding & { readonly change: Change },
): object | undefined {
  try {
    const result = change.evolve(row);
    assertRow(result, id);
    // The next one may change it in place, and it may be the event's data, which is folded again when a write is refused or a batch is split.
    return result && copyOf(result);
  } catch (cause) {
    throw new ProjectionFailedError(processor, change, { cause });
  }
}

/** As the database gives it back. */
function copyOf(row: object): object {
  return BSON.deserialize(BSON.serialize(row));
}

function assertRow(row: unknown, id: RowId): asserts row is object | undefined {
  if (row === undefined) return;
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw invalid(`answers ${JSON.stringify(row)}. Answer the row, or undefined to delete it`);
  }
  if ('then' in row && typeof row.then === 'function') {
    Promise.resolve(row).catch(() => undefined);
    throw invalid(
      'answers a promise. It has to be synchronous, since it may be run again on another state of the row',
    );
  }
  const reserved = RESERVED_FIELDS.find((field) => field in row);
  if (reserved) throw invalid(`sets the field "${reserved}", which is reserved. Give it another name`);
  if ('_id' in row && row._id !== undefined && keyOfId(row._id) !== keyOfId(id)) {
    throw invalid('changes the _id. Delete the row, and make the other one by a change of its own');
  }
}

function invalid(problem: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError('evolve', `A function that was passed to evolve ${problem}.`);
}
