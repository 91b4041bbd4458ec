import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

interface ParkedRecord {
  readonly stream: string;
  readonly next_version: number;
  readonly position: number;
  readonly attempts: number;
  readonly error_code: string;
  readonly error_message: string;
  readonly parked_at: number;
  readonly request: 'retry' | 'discard' | null;
}

const LIST = 'SELECT * FROM varve_parked WHERE processor = ? ORDER BY position, stream';

export function listParked(own: StatementCache, processor: ProcessorId): ParkedSequence[] {
  return (own.prepare(LIST).all(processor) as ParkedRecord[]).map((record) => ({
    stream: record.stream,
    nextVersion: record.next_version,
    position: record.position,
    attempts: record.attempts,
    errorCode: record.error_code,
    errorMessage: record.error_message,
    parkedAt: new Date(record.parked_at),
    ...(record.request !== null && { request: record.request }),
  }));
}
