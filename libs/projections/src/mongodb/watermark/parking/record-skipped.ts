import type { ProcessorId, SkippedCommits } from '@varve/eventstore';
import { keyOf, type Own } from '../../connection/own-collections.js';

/** Recorded again after a crash, it is the same record. */
export async function recordSkipped(
  own: Own,
  processor: ProcessorId,
  skipped: SkippedCommits,
): Promise<void> {
  const { stream, firstVersion, lastVersion } = skipped;
  const _id = keyOf(processor, `${firstVersion}-${lastVersion} ${stream}`);
  await own.skipped.replaceOne({ _id }, { processor, ...skipped }, { ...own.inside, upsert: true });
}
