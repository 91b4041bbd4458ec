import type { ProcessorRow, ProjectionVersion } from '../../index.js';
import { processorRowOf, SELECT_PROCESSORS, type ProcessorRecord } from '../connection/rows.js';
import type { StatementCache } from '../connection/statement-cache.js';

interface VersionRecord extends ProcessorRecord {
  readonly name: string;
  readonly version: number;
  readonly generation: number;
  readonly version_state: ProjectionVersion['state'];
}

const LIST = `
  SELECT v.name, v.version, v.generation, v.state AS version_state, r.*
    FROM varve_versions v JOIN (${SELECT_PROCESSORS}) r ON r.processor = v.processor
   WHERE v.state <> 'dropped' AND (:name IS NULL OR v.name = :name)
   ORDER BY v.name, v.version, v.generation`;

export function listVersions(own: StatementCache, name?: string): ProjectionVersion[] {
  const records = own.prepare(LIST).all({ name: name ?? null }) as VersionRecord[];
  return records.map((record) => ({
    name: record.name,
    version: record.version,
    generation: record.generation,
    state: record.version_state,
    live: record.version_state === 'live',
    ...processorRowOf(record),
  }));
}

export function listProcessors(own: StatementCache): ProcessorRow[] {
  const records = own.prepare(`${SELECT_PROCESSORS} ORDER BY p.processor`).all();
  return (records as ProcessorRecord[]).map(processorRowOf);
}
