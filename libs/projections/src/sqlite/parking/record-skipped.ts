import type { ProcessorId, SkippedCommits } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const RECORD = `
  INSERT INTO varve_skipped (processor, stream, first_version, last_version, reason, at)
  VALUES (?, ?, ?, ?, ?, ?)`;

export function recordSkipped(own: StatementCache, processor: ProcessorId, skipped: SkippedCommits): void {
  const { stream, firstVersion, lastVersion, reason, at } = skipped;
  own.prepare(RECORD).run(processor, stream, firstVersion, lastVersion, reason, at.getTime());
}
