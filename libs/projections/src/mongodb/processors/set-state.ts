import type { LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';

/** Raises the token: whoever works now cannot save. `false`: there is no such processor. */
export async function setState(
  own: Own,
  processor: ProcessorId,
  { state, reason }: { readonly state: LeaseRow['state']; readonly reason?: string | undefined },
  now: Date,
): Promise<boolean> {
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor },
    {
      $set: { state, reason: reason ?? null, owner: null, updatedAt: now },
      $inc: { token: 1, heartbeat: 1 },
    },
    own.inside,
  );
  return matchedCount === 1;
}
