import type { ProcessorId, SkippedCommits } from '@varve/eventstore';
import { keysOf, type Own } from '../connection/own-collections.js';

export async function listSkipped(own: Own, processor: ProcessorId): Promise<SkippedCommits[]> {
  const records = await own.skipped
    .find({ _id: keysOf(processor) }, own.inside)
    .sort({ _id: 1 })
    .toArray();
  return records
    .toSorted((a, b) => a.at.getTime() - b.at.getTime())
    .map(({ _id, processor: _, ...skipped }) => skipped);
}
