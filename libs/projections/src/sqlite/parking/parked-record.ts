import type { ParkedSequence } from '@varve/eventstore';

/** `varve_parked` as it is stored. */
export interface ParkedRecord {
  readonly stream: string;
  readonly next_version: number;
  readonly position: number;
  readonly attempts: number;
  readonly error_code: string;
  readonly error_message: string;
  readonly parked_at: number;
  readonly request: 'retry' | 'discard' | null;
}

export function parkedSequenceOf(record: ParkedRecord): ParkedSequence {
  return {
    stream: record.stream,
    nextVersion: record.next_version,
    position: record.position,
    attempts: record.attempts,
    errorCode: record.error_code,
    errorMessage: record.error_message,
    parkedAt: new Date(record.parked_at),
    ...(record.request !== null && { request: record.request }),
  };
}
