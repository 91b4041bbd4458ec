import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const SAVE = `
  UPDATE varve_processors SET log_id = ?, position = ?, mark = ?, heartbeat = heartbeat + 1, updated_at = ?
   WHERE processor = ? AND log_id = ? AND position = ? AND token = ?`;

/** Moves the checkpoint only if it still stands at `from`, under `from`'s token. */
export function saveCheckpoint(
  own: StatementCache,
  processor: ProcessorId,
  move: { from: Checkpoint; to: Omit<Checkpoint, 'token'> },
  now: number,
): boolean {
  const { from, to } = move;
  const mark = to.mark === undefined ? null : JSON.stringify(to.mark);
  const { changes } = own
    .prepare(SAVE)
    .run(to.logId, to.position, mark, now, processor, from.logId, from.position, from.token);
  return changes === 1;
}
