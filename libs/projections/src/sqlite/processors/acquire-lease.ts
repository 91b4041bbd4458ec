import type { Lease, LeaseRow, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const ACQUIRE = `
  UPDATE varve_processors SET owner = ?, token = token + 1, heartbeat = heartbeat + 1
   WHERE processor = ? AND token = ? AND heartbeat = ? AND state = 'active'`;

export function acquireLease(
  own: StatementCache,
  processor: ProcessorId,
  owner: string,
  seen: LeaseRow,
): Lease | undefined {
  const { changes } = own.prepare(ACQUIRE).run(owner, processor, seen.token, seen.heartbeat);
  return changes === 1 ? { processor, owner, token: seen.token + 1 } : undefined;
}
