import type { Lease, LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';
import { readLease } from './read-lease.js';

/** Runs in a transaction. It writes a renewal as well, so that a renewal by the holder at the same time is a conflict. */
export async function acquireLease(
  own: Own,
  processor: ProcessorId,
  { owner, seen }: { readonly owner: string; readonly seen: LeaseRow },
): Promise<Lease | undefined> {
  const now = await readLease(own, processor);
  const isAsSeen = now?.token === seen.token && now.heartbeat === seen.heartbeat;
  if (!isAsSeen || now.state !== 'active') return undefined;
  const { token } = now;
  await own.renewals.updateOne({ _id: processor }, { $inc: { beats: 1 } }, own.inside);
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, token, state: 'active' },
    { $set: { owner }, $inc: { token: 1, heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1 ? { processor, owner, token: token + 1 } : undefined;
}
