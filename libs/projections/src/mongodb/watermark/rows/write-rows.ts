import { sleep, type Timers } from '@varve/eventstore';
import type { Collection } from 'mongodb';
import { unavailable } from '../../errors.js';
import type { RowChanges } from './changes.js';
import { foldRow } from './fold-row.js';
import type { StoredRow } from './stored-row.js';
import { writeEach, writeTogether, type RowWrite } from './write-each.js';

export interface Writing {
  readonly processor: string;
  readonly location: string;
  readonly now: Date;
  /** Milliseconds for which rows are written again that others write as well. */
  readonly conflictTimeout: number;
  readonly timers: Timers;
  readonly random: () => number;
  /** @throws when the step has taken too long for anything more to be sent */
  readonly assertInTime: () => void;
}

const IDS_AT_ONCE = 1_000;
const LONGEST_WAIT = 200;

/** What is to be written into a collection, by what was there when it was read. */
export interface PlannedRows {
  readonly collection: Collection<StoredRow>;
  readonly rows: readonly RowChanges[];
  readonly pending: readonly RowWrite[];
}

/** Folds the rows without writing any of them. @throws ProjectionFailedError what a function of the application throws, or answers */
export async function planRows(
  collection: Collection<StoredRow>,
  rows: readonly RowChanges[],
  writing: Writing,
): Promise<PlannedRows> {
  return { collection, rows, pending: await pendingOf(collection, rows, writing) };
}

/**
 * Brings rows to where their changes lead, each by a compare-and-set on the position that it was read at: whoever comes too late finds another
 * position there, and looks again. What of a group was refused, servers say in too many ways: so the rows are read again, and what is left is
 * written one by one.
 */
export async function writeRows({ collection, rows, pending }: PlannedRows, writing: Writing): Promise<void> {
  const begun = performance.now();
  const each = { ...writing, refusals: new Map<RowChanges, number>() };
  let left = pending;
  for (let round = 1; left.length > 0; round += 1) {
    writing.assertInTime();
    const isDone =
      round === 1 ? await writeTogether(collection, left) : await writeEach(collection, left, each);
    if (isDone) return;
    if (performance.now() - begun >= writing.conflictTimeout) {
      throw unavailable(
        new Error('rows that others go on writing'),
        writing.location,
        'Other instances go on writing the same rows.',
      );
    }
    if (round > 1) await sleep(writing.timers, writing.random() * Math.min(LONGEST_WAIT, 2 ** round));
    left = await pendingOf(collection, rows, writing);
  }
}

/** What has still to be written, by what is there now. */
async function pendingOf(
  collection: Collection<StoredRow>,
  rows: readonly RowChanges[],
  writing: Writing,
): Promise<readonly RowWrite[]> {
  const pending: RowWrite[] = [];
  const folding = { ...writing, collection: collection.collectionName };
  for (let from = 0; from < rows.length; from += IDS_AT_ONCE) {
    const some = rows.slice(from, from + IDS_AT_ONCE);
    const found = await collection.find({ _id: { $in: some.map(({ id }) => id) } }).toArray();
    const stored = new Map(found.map((row) => [row._id, row]));
    for (const changes of some) {
      const before = stored.get(changes.id);
      const row = foldRow(before, changes, folding);
      if (row) pending.push({ row, before: before?._position, changes });
    }
  }
  return pending;
}
