import type { Checkpoint, LogId, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const ENSURE = `
  INSERT INTO varve_processors (processor, log_id, position, mark, created_at, updated_at)
  SELECT :processor, :logId, :position, :mark, :now, :now
   WHERE NOT EXISTS (SELECT 1 FROM varve_versions WHERE processor = :processor AND state = 'dropped')
  ON CONFLICT (processor) DO NOTHING`;

export interface NewProcessorRow {
  readonly processor: ProcessorId;
  readonly logId: LogId;
  readonly start?: Pick<Checkpoint, 'position' | 'mark'> | undefined;
}

/** A version that was dropped gets no row again: its tables are gone, but an instance that slept through it may not know. */
export function ensureRow(own: StatementCache, row: NewProcessorRow, now: number): void {
  const { processor, logId, start } = row;
  const mark = start?.mark === undefined ? null : JSON.stringify(start.mark);
  own.prepare(ENSURE).run({ processor, logId, position: start?.position ?? 0, mark, now });
}
