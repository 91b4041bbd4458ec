import { versionIdOf } from '../../index.js';
import type { Checkpoint, LogId, ProcessorId } from '@varve/eventstore';
import type { Own, ProcessorRecord } from '../connection/own-collections.js';
import { placeOf } from './save-checkpoint.js';

export interface NewProcessorRow {
  readonly processor: ProcessorId;
  readonly logId: LogId;
  readonly start?: Pick<Checkpoint, 'position' | 'mark'> | undefined;
}

/** Runs in a transaction. A version that was dropped gets no row again: its collections are gone, but an instance that slept through it may not know. */
export async function ensureRow(own: Own, row: NewProcessorRow, now: Date): Promise<void> {
  const { processor } = row;
  if (await own.processors.findOne({ _id: processor }, { ...own.inside, projection: { _id: 1 } })) return;
  if (await isDropped(own, processor)) return;
  await insertRow(own, row, now);
}

export async function insertRow(own: Own, row: NewProcessorRow, now: Date): Promise<void> {
  await own.processors.insertOne(newRecord(row, now), own.inside);
  await own.renewals.insertOne({ _id: row.processor, beats: 0 }, own.inside);
}

export function newRecord({ processor, logId, start }: NewProcessorRow, now: Date): ProcessorRecord {
  return {
    _id: processor,
    ...placeOf({ position: 0, ...start, logId }),
    ...{ token: 0, heartbeat: 0, owner: null, state: 'active', reason: null },
    ...{ createdAt: now, updatedAt: now },
  };
}

/** Writes what it has read: a drop at the same time is a conflict then. */
async function isDropped(own: Own, processor: ProcessorId): Promise<boolean> {
  const id = versionIdOf(processor);
  if (!id) return false;
  const record = await own.projections.findOneAndUpdate(
    { _id: id.name },
    { $inc: { revision: 1 } },
    { ...own.inside, returnDocument: 'after' },
  );
  const found = record?.versions.find(
    ({ version, generation }) => version === id.version && generation === id.generation,
  );
  return found?.state === 'dropped';
}
