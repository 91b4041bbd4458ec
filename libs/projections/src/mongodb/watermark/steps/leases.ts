import type { Lease, LeaseRow, ProcessorId } from '@varve/eventstore';
import { versionIdOf } from '../../../index.js';
import type { Own } from '../../connection/own-collections.js';
import { leaseRowOf } from '../../processors/rows.js';
import { setState } from '../../processors/set-state.js';
import { findProjection } from '../../versions/find-version.js';

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
  if (await isRetired(own, processor)) {
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

async function isRetired(own: Own, processor: ProcessorId): Promise<boolean> {
  const id = versionIdOf(processor);
  if (!id) return false;
  const versions = await findProjection(own, id.name);
  return versions.some((version) => version.processor === processor && version.state === 'retired');
}
