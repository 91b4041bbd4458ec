import type { ProcessorRow } from '../../index.js';
import type { Own, ParkedRecord, ProcessorRecord, SkippedRecord } from '../connection/own-collections.js';
import type { Collection } from 'mongodb';
import { checkpointOf, leaseRowOf } from './rows.js';

/** By name, or all. */
export async function listProcessors(own: Own, processors?: readonly string[]): Promise<ProcessorRow[]> {
  const filter = processors ? { _id: { $in: [...processors] } } : {};
  const records = await own.processors.find(filter, own.inside).sort({ _id: 1 }).toArray();
  if (records.length === 0) return [];
  const renewals = await own.renewals.find(filter, own.inside).toArray();
  const beats = new Map(renewals.map(({ _id, beats: number }) => [_id, number]));
  const counts = [await countBy(own, own.parked), await countBy(own, own.skipped)] as const;
  return records.map((record) => rowOf(record, { beats, parked: counts[0], skipped: counts[1] }));
}

type Numbers = ReadonlyMap<string, number>;

function rowOf(
  record: ProcessorRecord,
  { beats, parked, skipped }: { beats: Numbers; parked: Numbers; skipped: Numbers },
): ProcessorRow {
  const { _id: processor, createdAt, updatedAt } = record;
  return {
    processor,
    checkpoint: checkpointOf(record),
    lease: leaseRowOf(record, beats.get(processor) ?? 0),
    parked: parked.get(processor) ?? 0,
    skipped: skipped.get(processor) ?? 0,
    createdAt,
    updatedAt,
  };
}

async function countBy(
  { inside }: Own,
  collection: Collection<ParkedRecord> | Collection<SkippedRecord>,
): Promise<Numbers> {
  const groups = [{ $group: { _id: '$processor', count: { $sum: 1 } } }];
  const counts = await (collection as Collection<ParkedRecord>)
    .aggregate<{ _id: string; count: number }>(groups, inside)
    .toArray();
  return new Map(counts.map(({ _id, count }) => [_id, count]));
}
