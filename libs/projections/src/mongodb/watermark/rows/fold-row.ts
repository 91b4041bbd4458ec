import { inspect } from 'node:util';
import { ProjectionFailedError } from '@varve/eventstore';
import { BSON } from 'mongodb';
import { InvalidProjectionOptionsError, InvalidRowError } from '../../../index.js';
import type { Change, RowChanges } from './changes.js';
import { plainCopy, Unkeepable } from './plain-copy.js';
import { shownId, type RowId } from './row-id.js';
import { RESERVED_FIELDS, type StoredRow } from './stored-row.js';

/** 16 MB, less what the driver adds around a row that is replaced: the size that it checks is that of both. */
export const MAX_ROW_BYTES = 16 * 1_024 * 1_024 - 16 * 1_024;

export interface Folding {
  readonly processor: string;
  /** By its physical name. */
  readonly collection: string;
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
  // A row that never was leaves no tombstone: whoever applies the same commits makes none either.
  let hasBeen = row !== undefined;
  for (const change of unseen) {
    row = evolved(row, id, { change, ...folding });
    hasBeen ||= row !== undefined;
  }
  const _position = unseen.at(-1)?.position;
  if (_position === undefined || !hasBeen) return undefined;
  return row ? { ...row, _position } : { _id: id, _position, _deleted: true, _deletedAt: folding.now };
}

type Row = Pick<StoredRow, '_id'>;

function rowOf({ _position, _deleted, _deletedAt, ...row }: StoredRow): Row | undefined {
  return _deleted ? undefined : row;
}

function evolved(
  row: Row | undefined,
  id: RowId,
  folding: Folding & { readonly change: Change },
): Row | undefined {
  const { change, processor } = folding;
  try {
    const result = change.evolve(row);
    assertRow(result, id);
    // The next one may change it in place, and it may be the event's data, which is folded again when a write is refused or a batch is split.
    return result && kept(result, id, folding);
  } catch (cause) {
    throw new ProjectionFailedError(processor, change, { cause });
  }
}

/** As the database will give it back. @throws InvalidRowError */
function kept(row: object, id: RowId, { processor, collection }: Folding): Row {
  const refused = (path: string, problem: string) =>
    new InvalidRowError(processor, { collection, id, shownId: shownId(id), path }, problem);
  try {
    const copy = { ...plainCopy(row), _id: id };
    const bytes = BSON.calculateObjectSize(copy);
    if (bytes <= MAX_ROW_BYTES) return copy;
    throw refused('', `has ${bytes} bytes, more than ${MAX_ROW_BYTES}. Make several rows of it`);
  } catch (error) {
    throw error instanceof Unkeepable ? refused(error.path, error.problem) : error;
  }
}

function assertRow(row: unknown, id: RowId): asserts row is object | undefined {
  if (row === undefined) return;
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    throw invalid(`answers ${inspect(row, { depth: 0 })}. Answer the row, or undefined to delete it`);
  }
  if ('then' in row && typeof row.then === 'function') {
    Promise.resolve(row).catch(() => undefined);
    throw invalid(
      'answers a promise. It has to be synchronous, since it may be run again on another state of the row',
    );
  }
  const reserved = RESERVED_FIELDS.find((field) => field in row);
  if (reserved) throw invalid(`sets the field "${reserved}", which is reserved. Give it another name`);
  if ('_id' in row && row._id !== undefined && row._id !== id) {
    throw invalid('changes the _id. Delete the row, and make the other one by a change of its own');
  }
}

function invalid(problem: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError('evolve', `A function that was passed to evolve ${problem}.`);
}
