import type { Checkpoint, Mark, ProcessorId } from '@varve/eventstore';
import type { PublicationFile } from './publication-file.js';

const LOAD = 'SELECT log_id, position, mark, token FROM relays WHERE processor = ?';
const SAVE = `
  UPDATE relays SET log_id = ?, position = ?, mark = ?, heartbeat = heartbeat + 1
   WHERE processor = ? AND log_id = ? AND position = ? AND token = ?`;

interface CheckpointRecord {
  readonly log_id: string;
  readonly position: number;
  readonly mark: string | null;
  readonly token: number;
}

export function loadCheckpoint(file: PublicationFile, processor: ProcessorId): Checkpoint | undefined {
  const record = file.prepare(LOAD).get(processor) as CheckpointRecord | undefined;
  if (!record) return undefined;
  const { log_id: logId, position, mark, token } = record;
  return { logId, position, ...(mark !== null && { mark: JSON.parse(mark) as Mark }), token };
}

/** Moves the checkpoint only if it still stands at `from`, under `from`'s token. */
export function saveCheckpoint(
  file: PublicationFile,
  processor: ProcessorId,
  from: Checkpoint,
  to: Omit<Checkpoint, 'token'>,
): boolean {
  const mark = to.mark === undefined ? null : JSON.stringify(to.mark);
  const { changes } = file
    .prepare(SAVE)
    .run(to.logId, to.position, mark, processor, from.logId, from.position, from.token);
  return changes === 1;
}
