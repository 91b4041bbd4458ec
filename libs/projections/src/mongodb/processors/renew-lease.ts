import type { Lease } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';

/**
 * Asked before, so that a lease that was lost leaves no trace; and after, so that the answer is not outdated: whoever is to take over from
 * then on has to begin to wait anew.
 */
export async function renewLease(own: Own, lease: Lease): Promise<boolean> {
  if (!(await isHeld(own, lease))) return false;
  await own.renewals.updateOne({ _id: lease.processor }, { $inc: { beats: 1 } }, own.inside);
  return isHeld(own, lease);
}

async function isHeld(own: Own, { processor, token, owner }: Lease): Promise<boolean> {
  const held = { _id: processor, token, owner, state: 'active' } as const;
  return (await own.processors.findOne(held, { ...own.inside, projection: { _id: 1 } })) !== null;
}
