import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import { keysOf, type Own, type ParkedRecord } from '../connection/own-collections.js';

export async function listParked(own: Own, processor: ProcessorId): Promise<ParkedSequence[]> {
  const records = await own.parked.find({ _id: keysOf(processor) }, own.inside).toArray();
  return records.toSorted((a, b) => a.position - b.position).map(parkedSequenceOf);
}

export function parkedSequenceOf({ _id, processor: _, request, ...parked }: ParkedRecord): ParkedSequence {
  return { ...parked, ...(request !== null && { request }) };
}
