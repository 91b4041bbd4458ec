import type { Lease, LeaseRow, LogId, ProcessorId, Checkpoint } from '@varve/eventstore';
import type { PublicationFile } from './publication-file.js';

const ENSURE = `
  INSERT INTO relays (processor, log_id, position, mark) VALUES (?, ?, ?, ?) ON CONFLICT (processor) DO NOTHING`;
const READ = 'SELECT token, heartbeat, owner, state, reason FROM relays WHERE processor = ?';
const ACQUIRE = `
  UPDATE relays SET owner = ?, token = token + 1, heartbeat = heartbeat + 1
   WHERE processor = ? AND token = ? AND heartbeat = ? AND state = 'active'`;
const RENEW = `
  UPDATE relays SET heartbeat = heartbeat + 1
   WHERE processor = ? AND token = ? AND owner = ? AND state = 'active'`;
const RELEASE = `
  UPDATE relays SET owner = NULL, heartbeat = heartbeat + 1 WHERE processor = ? AND token = ? AND owner = ?`;
const SET_STATE = `
  UPDATE relays SET state = ?, reason = ?, owner = NULL, token = token + 1, heartbeat = heartbeat + 1
   WHERE processor = ?`;

interface LeaseRecord {
  readonly token: number;
  readonly heartbeat: number;
  readonly owner: string | null;
  readonly state: LeaseRow['state'];
  readonly reason: string | null;
}

export function ensureRow(
  file: PublicationFile,
  processor: ProcessorId,
  logId: LogId,
  start?: Pick<Checkpoint, 'position' | 'mark'>,
): void {
  const mark = start?.mark === undefined ? null : JSON.stringify(start.mark);
  file.prepare(ENSURE).run(processor, logId, start?.position ?? 0, mark);
}

export function readLease(file: PublicationFile, processor: ProcessorId): LeaseRow | undefined {
  const record = file.prepare(READ).get(processor) as LeaseRecord | undefined;
  if (!record) return undefined;
  const { token, heartbeat, owner, state, reason } = record;
  return { token, heartbeat, ...(owner !== null && { owner }), state, ...(reason !== null && { reason }) };
}

export function acquireLease(
  file: PublicationFile,
  processor: ProcessorId,
  owner: string,
  seen: LeaseRow,
): Lease | undefined {
  const { changes } = file.prepare(ACQUIRE).run(owner, processor, seen.token, seen.heartbeat);
  return changes === 1 ? { processor, owner, token: seen.token + 1 } : undefined;
}

export function renewLease(file: PublicationFile, { processor, token, owner }: Lease): boolean {
  return file.prepare(RENEW).run(processor, token, owner).changes === 1;
}

export function releaseLease(file: PublicationFile, { processor, token, owner }: Lease): void {
  file.prepare(RELEASE).run(processor, token, owner);
}

export function setState(
  file: PublicationFile,
  processor: ProcessorId,
  state: LeaseRow['state'],
  reason?: string,
): void {
  file.prepare(SET_STATE).run(state, reason ?? null, processor);
}
