import type { Lease } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const RELEASE = `
  UPDATE varve_processors SET owner = NULL, heartbeat = heartbeat + 1
   WHERE processor = ? AND token = ? AND owner = ?`;

export function releaseLease(own: StatementCache, lease: Lease): void {
  own.prepare(RELEASE).run(lease.processor, lease.token, lease.owner);
}
