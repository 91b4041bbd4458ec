import { UnknownProjectionError, type VersionId } from '../../index.js';
import type { StatementCache } from '../connection/statement-cache.js';

export interface StoredVersion extends VersionId {
  readonly processor: string;
  readonly state: 'building' | 'live' | 'retired' | 'dropped';
}

const COLUMNS = 'SELECT name, version, generation, processor, state FROM varve_versions';

export function findLive(own: StatementCache, name: string): StoredVersion | undefined {
  return own.prepare(`${COLUMNS} WHERE name = ? AND state = 'live'`).get(name) as StoredVersion | undefined;
}

/** The generations of one version, oldest first, the dropped ones too. */
export function findGenerations(own: StatementCache, name: string, version: number): StoredVersion[] {
  const sql = `${COLUMNS} WHERE name = ? AND version = ? ORDER BY generation`;
  return own.prepare(sql).all(name, version) as StoredVersion[];
}

/** @throws UnknownProjectionError also when it was dropped */
export function findVersion(own: StatementCache, { name, version, generation }: VersionId): StoredVersion {
  const sql = `${COLUMNS} WHERE name = ? AND version = ? AND generation = ? AND state <> 'dropped'`;
  const found = own.prepare(sql).get(name, version, generation) as StoredVersion | undefined;
  if (found) return found;
  throw new UnknownProjectionError(`${name}@${version}`, own.database.name);
}
