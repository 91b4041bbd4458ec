import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import { checkpointOf, type ProcessorRecord } from '../connection/rows.js';
import type { StatementCache } from '../connection/statement-cache.js';

const LOAD = 'SELECT log_id, position, mark, token FROM varve_processors WHERE processor = ?';

export function loadCheckpoint(own: StatementCache, processor: ProcessorId): Checkpoint | undefined {
  const record = own.prepare(LOAD).get(processor) as ProcessorRecord | undefined;
  return record && checkpointOf(record);
}
