import type { ParkedSequence, ProcessorId, StreamName } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';
import { parkedSequenceOf, type ParkedRecord } from './parked-record.js';

const LIST = 'SELECT * FROM varve_parked WHERE processor = ? ORDER BY position, stream';
const LIST_ONE = 'SELECT * FROM varve_parked WHERE processor = ? AND stream = ?';

export function listParked(
  own: StatementCache,
  processor: ProcessorId,
  stream?: StreamName,
): ParkedSequence[] {
  const records =
    stream === undefined ? own.prepare(LIST).all(processor) : own.prepare(LIST_ONE).all(processor, stream);
  return (records as ParkedRecord[]).map(parkedSequenceOf);
}
