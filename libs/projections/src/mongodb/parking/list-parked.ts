import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import { keysOf, type Own } from '../connection/own-collections.js';

export async function listParked(own: Own, processor: ProcessorId): Promise<ParkedSequence[]> {
  const records = await own.parked.find({ _id: keysOf(processor) }, own.inside).toArray();
  return records
    .toSorted((a, b) => a.position - b.position)
    .map(({ _id, processor: _, request, ...parked }) => ({
      ...parked,
      ...(request !== null && { request }),
    }));
}
