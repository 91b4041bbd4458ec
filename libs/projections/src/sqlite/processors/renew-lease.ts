import type { Lease } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const RENEW = `
  UPDATE varve_processors SET heartbeat = heartbeat + 1
   WHERE processor = ? AND token = ? AND owner = ? AND state = 'active'`;

export function renewLease(own: StatementCache, lease: Lease): boolean {
  return own.prepare(RENEW).run(lease.processor, lease.token, lease.owner).changes === 1;
}
