import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const MOVE = `
  UPDATE varve_processors
     SET log_id = ?, position = ?, mark = ?, token = token + 1, heartbeat = heartbeat + 1, owner = NULL, updated_at = ?
   WHERE processor = ?`;

/** Whoever works now finds its token outdated. `false`: there is no such processor. */
export function moveCheckpoint(
  own: StatementCache,
  processor: ProcessorId,
  to: Omit<Checkpoint, 'token'>,
  now: number,
): boolean {
  const mark = to.mark === undefined ? null : JSON.stringify(to.mark);
  return own.prepare(MOVE).run(to.logId, to.position, mark, now, processor).changes === 1;
}
