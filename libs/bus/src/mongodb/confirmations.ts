import type { Position } from '@varve/eventstore';
import { untilMade } from '@varve/eventstore/mongodb';
import type { Confirmation, Published } from '../publication/publication-store.js';
import { keyOf, type Collections, type ConfirmedRecord } from './collections.js';

type Confirmed = Pick<Collections, 'confirmed'>;

/** Positions that share a document: what is confirmed in a fraction of a second, and some ten kilobytes. */
const STRETCH = 256;
/** Of the number of a stretch, so that they sort as text. */
const DIGITS = 14;

/** A document for each stretch, in one command. Done again it changes nothing, so part of it may have been done before. */
export async function recordConfirmed(
  { confirmed }: Confirmed,
  of: Published,
  confirmations: readonly Confirmation[],
): Promise<void> {
  const stretches = Map.groupBy(confirmations, ({ position }) => stretchOf(position));
  if (stretches.size === 0) return;
  const updates = [...stretches].map(([stretch, all]) => ({
    updateOne: {
      filter: { _id: idOf(of, stretch) },
      update: { $set: Object.fromEntries(all.map(({ position, commitId }) => [pathOf(position), commitId])) },
      upsert: true,
    },
  }));
  await untilMade(() => confirmed.bulkWrite(updates, { ordered: false }));
}

export async function confirmedBetween(
  { confirmed }: Confirmed,
  of: Published,
  after: Position,
  upTo: Position,
): Promise<readonly Confirmation[]> {
  const ids = { $gte: idOf(of, stretchOf(after + 1)), $lte: idOf(of, stretchOf(upTo)) };
  const records = await confirmed.find({ _id: ids }).sort({ _id: 1 }).toArray();
  return records.flatMap((record) =>
    confirmationsIn(record).filter(({ position }) => position > after && position <= upTo),
  );
}

/** Whole stretches are deleted, and of the last one what is below. */
export async function pruneConfirmed({ confirmed }: Confirmed, of: Published, upTo: Position): Promise<void> {
  const last = stretchOf(upTo);
  await confirmed.deleteMany({ _id: { $gte: idOf(of, 0), $lt: idOf(of, last) } });
  const record = await confirmed.findOne({ _id: idOf(of, last) });
  const passed = record ? confirmationsIn(record).filter(({ position }) => position <= upTo) : [];
  if (passed.length === 0) return;
  const paths = passed.map(({ position }) => [pathOf(position), ''] as const);
  await confirmed.updateOne({ _id: idOf(of, last) }, { $unset: Object.fromEntries(paths) });
}

function confirmationsIn({ at = {} }: ConfirmedRecord): Confirmation[] {
  return Object.entries(at)
    .map(([key, commitId]) => ({ position: Number(key.slice(1)), commitId }))
    .sort((a, b) => a.position - b.position);
}

function stretchOf(position: Position): number {
  return Math.floor(position / STRETCH);
}

function idOf(of: Published, stretch: number): string {
  return `${keyOf(of)}${String(stretch).padStart(DIGITS, '0')}`;
}

/** With a letter before it: some servers take a number for an index of an array. */
function pathOf(position: Position): string {
  return `at.p${position}`;
}
