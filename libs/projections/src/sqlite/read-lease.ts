import type { LeaseRow, ProcessorId } from '@varve/eventstore';
import { leaseRowOf, type ProcessorRecord } from './rows.js';
import type { StatementCache } from './statement-cache.js';

const READ = 'SELECT token, heartbeat, owner, state, reason FROM varve_processors WHERE processor = ?';

export function readLease(own: StatementCache, processor: ProcessorId): LeaseRow | undefined {
  const record = own.prepare(READ).get(processor) as ProcessorRecord | undefined;
  return record && leaseRowOf(record);
}
