import type { LeaseRow, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const SET_STATE = `
  UPDATE varve_processors
     SET state = ?, reason = ?, owner = NULL, token = token + 1, heartbeat = heartbeat + 1, updated_at = ?
   WHERE processor = ?`;

/** Raises the token: whoever works now cannot save. `false`: there is no such processor. */
export function setState(
  own: StatementCache,
  processor: ProcessorId,
  to: { state: LeaseRow['state']; reason?: string | undefined },
  now: number,
): boolean {
  return own.prepare(SET_STATE).run(to.state, to.reason ?? null, now, processor).changes === 1;
}
