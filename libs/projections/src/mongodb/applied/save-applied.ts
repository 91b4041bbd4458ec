import type { Applied, ProcessorId } from '@varve/eventstore';
import { keyOf, type Own } from '../connection/own-collections.js';

/** Runs in the transaction of the rows. */
export async function saveApplied(
  own: Own,
  processor: ProcessorId,
  { versions, upTo }: Applied,
): Promise<void> {
  const upsert = { ...own.inside, upsert: true };
  await own.tracked.updateOne({ _id: processor }, { $set: { upTo } }, upsert);
  if (versions.size === 0) return;
  const raises = Array.from(versions, ([stream, version]) => ({
    updateOne: {
      filter: { _id: keyOf(processor, stream) },
      update: { $max: { version } },
      upsert: true,
    },
  }));
  await own.applied.bulkWrite(raises, { ...own.inside, ordered: false });
}
