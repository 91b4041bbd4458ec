import type { ProcessorId } from '@varve/eventstore';
import { isDuplicateKey } from '@varve/eventstore/mongodb';
import type { Own, ProcessorRecord } from '../../connection/own-collections.js';
import { newRecord, type NewProcessorRow } from '../../processors/ensure-row.js';
import { findVersionOf } from '../../versions/find-version.js';

/** A version that was dropped gets no row again; one that is dropped at the same moment loses what it has got. */
export async function ensureRow(own: Own, row: NewProcessorRow, now: Date): Promise<void> {
  const { processor } = row;
  if (await isDropped(own, processor)) return;
  if (!(await inserted(own, recordOf(row, now)))) return;
  if (await isDropped(own, processor)) await own.processors.deleteOne({ _id: processor }, own.inside);
}

/** For a version that nobody knows yet: what an instance has left that died over it is replaced. */
export async function insertFreshRow(own: Own, row: NewProcessorRow, now: Date): Promise<void> {
  const { _id, ...record } = recordOf(row, now);
  if (await inserted(own, { _id, ...record })) return;
  await own.processors.replaceOne({ _id, token: 0, stepId: '', position: 0 }, record, own.inside);
}

function recordOf(row: NewProcessorRow, now: Date): ProcessorRecord {
  return { ...newRecord(row, now), stepId: '', stepToken: 0, ahead: null };
}

async function inserted(own: Own, record: ProcessorRecord): Promise<boolean> {
  try {
    await own.processors.insertOne(record, own.inside);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

async function isDropped(own: Own, processor: ProcessorId): Promise<boolean> {
  return (await findVersionOf(own, processor))?.state === 'dropped';
}
