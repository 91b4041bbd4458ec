import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const PARK = `
  INSERT INTO varve_parked (processor, stream, next_version, position, attempts, error_code, error_message, parked_at, request)
  VALUES (:processor, :stream, :nextVersion, :position, :attempts, :errorCode, :errorMessage, :parkedAt, :request)
  ON CONFLICT (processor, stream) DO UPDATE SET
    next_version = excluded.next_version, position = excluded.position, attempts = excluded.attempts,
    error_code = excluded.error_code, error_message = excluded.error_message,
    parked_at = excluded.parked_at, request = excluded.request`;

/** Parks a stream, or says where a parked one stands now: a retry that failed again leaves no request. */
export function parkSequence(own: StatementCache, processor: ProcessorId, parked: ParkedSequence): void {
  own.prepare(PARK).run({
    ...parked,
    processor,
    parkedAt: parked.parkedAt.getTime(),
    request: parked.request ?? null,
  });
}
