import type { Position, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

export function appliedUpTo(own: StatementCache, processor: ProcessorId): Position | undefined {
  const row = own.prepare('SELECT up_to FROM varve_tracked WHERE processor = ?').get(processor);
  return (row as { readonly up_to: number } | undefined)?.up_to;
}
