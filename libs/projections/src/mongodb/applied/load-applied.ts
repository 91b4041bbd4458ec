import type { AppliedVersion, Position, ProcessorId, StreamName, StreamVersion } from '@varve/eventstore';
import { keyOf, keysOf, type AppliedRecord, type Own } from '../connection/own-collections.js';

/** Of stream names of the greatest length, so many keys stay below the 16 MB that a command may have. */
const KEYS_AT_ONCE = 5_000;

export async function appliedUpTo(own: Own, processor: ProcessorId): Promise<Position | undefined> {
  return (await own.tracked.findOne({ _id: processor }, own.inside))?.upTo;
}

export async function loadApplied(
  own: Own,
  processor: ProcessorId,
  streams: readonly StreamName[],
): Promise<ReadonlyMap<StreamName, StreamVersion>> {
  const found = new Map<StreamName, StreamVersion>();
  for (let from = 0; from < streams.length; from += KEYS_AT_ONCE) {
    const keys = streams.slice(from, from + KEYS_AT_ONCE).map((stream) => keyOf(processor, stream));
    const records = await own.applied.find({ _id: { $in: keys } }, own.inside).toArray();
    for (const { stream, version } of records.map(appliedOf(processor))) found.set(stream, version);
  }
  return found;
}

export async function listApplied(
  own: Own,
  processor: ProcessorId,
  { after = '', limit = 1_000 }: { readonly after?: StreamName; readonly limit?: number },
): Promise<readonly AppliedVersion[]> {
  const page = own.applied
    .find({ _id: keysOf(processor, after) }, own.inside)
    .sort({ _id: 1 })
    .limit(limit);
  return (await page.toArray()).map(appliedOf(processor));
}

function appliedOf(processor: ProcessorId): (record: AppliedRecord) => AppliedVersion {
  return ({ _id, version }) => ({ stream: _id.slice(processor.length + 1), version });
}
