import type { Applied, ProcessorId } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const TRACK = `
  INSERT INTO varve_tracked (processor, up_to) VALUES (?, ?)
  ON CONFLICT (processor) DO UPDATE SET up_to = excluded.up_to
  RETURNING id`;
const RAISE = `
  INSERT INTO varve_applied (tracked, stream, version) VALUES (?, ?, ?)
  ON CONFLICT (tracked, stream) DO UPDATE SET version = max(version, excluded.version)`;

/** Runs in the transaction of the rows. */
export function saveApplied(own: StatementCache, processor: ProcessorId, { versions, upTo }: Applied): void {
  const { id } = own.prepare(TRACK).get(processor, upTo) as { readonly id: number };
  const raise = own.prepare(RAISE);
  for (const [stream, version] of versions) raise.run(id, stream, version);
}
