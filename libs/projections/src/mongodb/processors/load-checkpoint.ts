import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';
import { checkpointOf } from './rows.js';

export async function loadCheckpoint(own: Own, processor: ProcessorId): Promise<Checkpoint | undefined> {
  const record = await own.processors.findOne({ _id: processor }, own.inside);
  return record ? checkpointOf(record) : undefined;
}
