import type { Lease, LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own } from '../../connection/own-collections.js';
import { leaseRowOf } from '../../processors/rows.js';
import { setState } from '../../processors/set-state.js';
import { findVersionOf } from '../../versions/find-version.js';

export async function readLease(own: Own, processor: ProcessorId): Promise<LeaseRow | undefined> {
  const record = await own.processors.findOne({ _id: processor }, own.inside);
  return record ? leaseRowOf(record, 0) : undefined;
}

/** In one write. A version that was replaced is stopped first, if whoever switched has died before it could do so. */
export async function acquireLease(
  own: Own,
  processor: ProcessorId,
  { owner, seen, now }: { readonly owner: string; readonly seen: LeaseRow; readonly now: Date },
): Promise<Lease | undefined> {
  if ((await findVersionOf(own, processor))?.state === 'retired') {
    await setState(own, processor, { state: 'stopped', reason: 'replaced' }, now);
    return undefined;
  }
  const { token, heartbeat } = seen;
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, token, heartbeat, state: 'active' },
    { $set: { owner }, $inc: { token: 1, heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1 ? { processor, owner, token: token + 1 } : undefined;
}

export async function renewLease(own: Own, { processor, token, owner }: Lease): Promise<boolean> {
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, token, owner, state: 'active' },
    { $inc: { heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1;
}
