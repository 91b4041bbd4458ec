import type { ProcessorId, StreamName } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

export function unparkSequence(own: StatementCache, processor: ProcessorId, stream: StreamName): void {
  own.prepare('DELETE FROM varve_parked WHERE processor = ? AND stream = ?').run(processor, stream);
}
