import type { ProcessorId, SkippedCommits } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

interface SkippedRecord {
  readonly stream: string;
  readonly first_version: number;
  readonly last_version: number;
  readonly reason: string;
  readonly at: number;
}

export function listSkipped(own: StatementCache, processor: ProcessorId): SkippedCommits[] {
  const records = own.prepare('SELECT * FROM varve_skipped WHERE processor = ? ORDER BY id').all(processor);
  return (records as SkippedRecord[]).map((record) => ({
    stream: record.stream,
    firstVersion: record.first_version,
    lastVersion: record.last_version,
    reason: record.reason,
    at: new Date(record.at),
  }));
}
