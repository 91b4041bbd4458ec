import type { LeaseRow, ProcessorId } from '@varve/eventstore';
import { leaseRowOf, type ProcessorRecord } from '../connection/rows.js';
import type { StatementCache } from '../connection/statement-cache.js';

const READ = 'SELECT token, heartbeat, owner, state, reason FROM varve_processors WHERE processor = ?';

export function readLease(own: StatementCache, processor: ProcessorId): LeaseRow | undefined {
  const record = own.prepare(READ).get(processor) as ProcessorRecord | undefined;
  return record && leaseRowOf(record);
}
