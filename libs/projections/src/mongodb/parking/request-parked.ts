import type { ProcessorId, StreamName } from '@varve/eventstore';
import { keyOf, type Own } from '../connection/own-collections.js';

/** `false`: the stream is not parked. */
export async function requestParked(
  own: Own,
  processor: ProcessorId,
  stream: StreamName,
  what: 'retry' | 'discard',
): Promise<boolean> {
  const _id = keyOf(processor, stream);
  const { matchedCount } = await own.parked.updateOne({ _id }, { $set: { request: what } }, own.inside);
  return matchedCount === 1;
}
