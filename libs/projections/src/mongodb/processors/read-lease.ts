import type { LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';
import { beatsOf, leaseRowOf } from './rows.js';

export async function readLease(own: Own, processor: ProcessorId): Promise<LeaseRow | undefined> {
  const record = await own.processors.findOne({ _id: processor }, own.inside);
  return record ? leaseRowOf(record, await beatsOf(own, processor)) : undefined;
}
