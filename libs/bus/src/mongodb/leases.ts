import type { Checkpoint, Lease, LeaseRow, LogId, ProcessorId } from '@varve/eventstore';
import { isDuplicateKey } from '@varve/eventstore/mongodb';
import type { Collections } from './collections.js';

type Relays = Pick<Collections, 'relays'>;

export async function ensureRow(
  { relays }: Relays,
  processor: ProcessorId,
  logId: LogId,
  start: Pick<Checkpoint, 'position' | 'mark'> = { position: 0 },
): Promise<void> {
  const { position, mark = null } = start;
  const row = { token: 0, heartbeat: 0, owner: null, state: 'active', reason: null } as const;
  try {
    await relays.insertOne({ _id: processor, logId, position, mark, ...row });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

export async function readLease({ relays }: Relays, processor: ProcessorId): Promise<LeaseRow | undefined> {
  const record = await relays.findOne({ _id: processor });
  if (!record) return undefined;
  const { token, heartbeat, owner, state, reason } = record;
  return { token, heartbeat, ...(owner !== null && { owner }), state, ...(reason !== null && { reason }) };
}

export async function acquireLease(
  { relays }: Relays,
  processor: ProcessorId,
  owner: string,
  { token, heartbeat }: LeaseRow,
): Promise<Lease | undefined> {
  const { matchedCount } = await relays.updateOne(
    { _id: processor, token, heartbeat, state: 'active' },
    { $set: { owner }, $inc: { token: 1, heartbeat: 1 } },
  );
  return matchedCount === 1 ? { processor, owner, token: token + 1 } : undefined;
}

export async function renewLease({ relays }: Relays, { processor, token, owner }: Lease): Promise<boolean> {
  const { matchedCount } = await relays.updateOne(
    { _id: processor, token, owner, state: 'active' },
    { $inc: { heartbeat: 1 } },
  );
  return matchedCount === 1;
}

export async function releaseLease({ relays }: Relays, { processor, token, owner }: Lease): Promise<void> {
  await relays.updateOne({ _id: processor, token, owner }, { $set: { owner: null }, $inc: { heartbeat: 1 } });
}

export async function setState(
  { relays }: Relays,
  processor: ProcessorId,
  state: LeaseRow['state'],
  reason?: string,
): Promise<void> {
  await relays.updateOne(
    { _id: processor },
    { $set: { state, reason: reason ?? null, owner: null }, $inc: { token: 1, heartbeat: 1 } },
  );
}
