import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';
import { parkedSequenceOf, type ParkedRecord } from './parked-record.js';

const LIST = 'SELECT * FROM varve_parked WHERE processor = ? ORDER BY position, stream';

export function listParked(own: StatementCache, processor: ProcessorId): ParkedSequence[] {
  return (own.prepare(LIST).all(processor) as ParkedRecord[]).map(parkedSequenceOf);
}
