import type { AppliedVersion, ProcessorId, StreamName, StreamVersion } from '@varve/eventstore';
import type { StatementCache } from '../connection/statement-cache.js';

const LOAD = `
  SELECT a.stream, a.version
    FROM json_each(?) AS wanted
    JOIN varve_applied AS a
      ON a.tracked = (SELECT id FROM varve_tracked WHERE processor = ?) AND a.stream = wanted.value`;

export function loadApplied(
  own: StatementCache,
  processor: ProcessorId,
  streams: readonly StreamName[],
): ReadonlyMap<StreamName, StreamVersion> {
  const rows = own.prepare(LOAD).all(JSON.stringify(streams), processor) as AppliedVersion[];
  return new Map(rows.map(({ stream, version }) => [stream, version]));
}

const LIST = `
  SELECT stream, version FROM varve_applied
   WHERE tracked = (SELECT id FROM varve_tracked WHERE processor = ?) AND stream > ?
   ORDER BY stream LIMIT ?`;

export function listApplied(
  own: StatementCache,
  processor: ProcessorId,
  { after = '', limit = 1_000 }: { readonly after?: StreamName; readonly limit?: number },
): readonly AppliedVersion[] {
  return own.prepare(LIST).all(processor, after, limit) as AppliedVersion[];
}
