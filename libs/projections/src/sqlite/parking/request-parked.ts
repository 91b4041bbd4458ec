import type { ProcessorId, StreamName } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

/** `false`: the stream is not parked. */
export function requestParked(
  own: StatementCache,
  processor: ProcessorId,
  stream: StreamName,
  what: 'retry' | 'discard',
): boolean {
  const sql = 'UPDATE varve_parked SET request = ? WHERE processor = ? AND stream = ?';
  return own.prepare(sql).run(what, processor, stream).changes === 1;
}
