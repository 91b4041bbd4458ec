import type { ProcessorId, StreamName } from '@varve/eventstore';
import { keyOf, type Own } from '../connection/own-collections.js';

export async function unparkSequence(own: Own, processor: ProcessorId, stream: StreamName): Promise<void> {
  await own.parked.deleteOne({ _id: keyOf(processor, stream) }, own.inside);
}
