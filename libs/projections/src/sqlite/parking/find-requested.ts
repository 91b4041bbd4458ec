import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';
import { parkedSequenceOf, type ParkedRecord } from './parked-record.js';

/** By the index of requests, so that it costs the same however many are parked. */
export const FIND_REQUESTED = `
  SELECT * FROM varve_parked WHERE processor = ? AND request IS NOT NULL ORDER BY position, stream LIMIT 1`;

export function findRequested(own: StatementCache, processor: ProcessorId): ParkedSequence | undefined {
  const record = own.prepare(FIND_REQUESTED).get(processor) as ParkedRecord | undefined;
  return record && parkedSequenceOf(record);
}
