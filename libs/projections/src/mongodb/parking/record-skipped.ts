import type { ProcessorId, SkippedCommits } from '@varve/eventstore';
import { ObjectId } from 'mongodb';
import { keyOf, type Own } from '../connection/own-collections.js';

export async function recordSkipped(
  own: Own,
  processor: ProcessorId,
  skipped: SkippedCommits,
): Promise<void> {
  const _id = keyOf(processor, `${skipped.at.toISOString()} ${new ObjectId().toHexString()}`);
  await own.skipped.insertOne({ _id, processor, ...skipped }, own.inside);
}
