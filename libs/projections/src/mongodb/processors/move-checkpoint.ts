import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';
import { placeOf } from './save-checkpoint.js';

/** Whoever works now finds its token outdated. `false`: there is no such processor. */
export async function moveCheckpoint(
  own: Own,
  processor: ProcessorId,
  to: Omit<Checkpoint, 'token'>,
  now: Date,
): Promise<boolean> {
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor },
    { $set: { ...placeOf(to), owner: null, updatedAt: now }, $inc: { token: 1, heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1;
}
