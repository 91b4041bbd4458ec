import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import { keyOf, type Own } from '../connection/own-collections.js';

/** Parks a stream, or says where a parked one stands now: a retry that failed again leaves no request. Runs in the transaction of the rows. */
export async function parkSequence(own: Own, processor: ProcessorId, parked: ParkedSequence): Promise<void> {
  const { request = null, ...row } = parked;
  const _id = keyOf(processor, parked.stream);
  await own.parked.replaceOne({ _id }, { ...row, processor, request }, { ...own.inside, upsert: true });
}
