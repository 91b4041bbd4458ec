import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Own } from '../../connection/own-collections.js';
import { placeOf } from '../../processors/save-checkpoint.js';

/**
 * Saves the checkpoint of a step whose rows are written. It asks for the step's id and not for the token: who has taken the lease meanwhile
 * has not begun a step, so what the rows have is what the checkpoint says. `false`: somebody else has begun a step since.
 */
export async function finishStep(
  own: Own,
  processor: ProcessorId,
  step: { readonly from: Checkpoint; readonly to: Omit<Checkpoint, 'token'>; readonly id: string },
  now: Date,
): Promise<boolean> {
  const { from, to, id: stepId } = step;
  const { logId, position } = from;
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, logId, position, stepId },
    { $set: { ...placeOf(to), updatedAt: now }, $inc: { heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1;
}
