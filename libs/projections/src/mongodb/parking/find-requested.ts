import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import { keysOf, type Own } from '../connection/own-collections.js';
import { parkedSequenceOf } from './list-parked.js';

export async function findRequested(own: Own, processor: ProcessorId): Promise<ParkedSequence | undefined> {
  const asked = { _id: keysOf(processor), request: { $ne: null } };
  const record = await own.parked.findOne(asked, { ...own.inside, sort: { position: 1 } });
  return record ? parkedSequenceOf(record) : undefined;
}
