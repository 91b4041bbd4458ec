import type { ParkedSequence, ProcessorId, StreamName } from '@varve/eventstore';
import { keyOf, keysOf, type Own, type ParkedRecord } from '../connection/own-collections.js';

export async function listParked(
  own: Own,
  processor: ProcessorId,
  stream?: StreamName,
): Promise<ParkedSequence[]> {
  const _id = stream === undefined ? keysOf(processor) : keyOf(processor, stream);
  const records = await own.parked.find({ _id }, own.inside).toArray();
  return records.toSorted((a, b) => a.position - b.position).map(parkedSequenceOf);
}

export function parkedSequenceOf({ _id, processor: _, request, ...parked }: ParkedRecord): ParkedSequence {
  return { ...parked, ...(request !== null && { request }) };
}
