import { VersionIsLiveError, type VersionId } from '../../index.js';
import type { StatementCaches } from '../connection/statement-cache.js';
import { findVersion } from './find-version.js';
import { physicalPrefix } from './table-names.js';
import { versionTables, type VersionTable } from './version-tables.js';

const FORGET_APPLIED =
  'DELETE FROM varve_applied WHERE tracked = (SELECT id FROM varve_tracked WHERE processor = ?)';

/** Runs in one write transaction. The version's row stays, as a mark that its generation is used up. */
export function dropVersion(statements: StatementCaches, version: VersionId): void {
  const own = statements.of(undefined);
  const { processor, state } = findVersion(own, version);
  if (state === 'live') throw new VersionIsLiveError(processor);
  statements.forget(physicalPrefix(version));
  for (const table of versionTables(own.database, version).toSorted(viewsFirst)) {
    own.database.exec(`DROP ${table.kind === 'view' ? 'VIEW' : 'TABLE'} "${table.physicalName}"`);
  }
  own.prepare(FORGET_APPLIED).run(processor);
  for (const table of ['varve_tracked', 'varve_processors', 'varve_parked', 'varve_skipped']) {
    own.prepare(`DELETE FROM ${table} WHERE processor = ?`).run(processor);
  }
  own.prepare(`UPDATE varve_versions SET state = 'dropped' WHERE processor = ?`).run(processor);
}

function viewsFirst(a: VersionTable, b: VersionTable): number {
  return Number(b.kind === 'view') - Number(a.kind === 'view');
}
