import type Database from 'better-sqlite3';
import type { VersionId } from '../../index.js';
import { physicalPrefix } from './table-names.js';

export interface VersionTable {
  /** The name without the version. */
  readonly identifier: string;
  readonly physicalName: string;
  readonly kind: 'table' | 'view' | 'virtual';
}

/** What a version has made; a virtual table's own shadow tables are its business. */
export function versionTables(database: Database.Database, version: VersionId): VersionTable[] {
  const prefix = physicalPrefix(version);
  const tables = database
    .prepare(
      `SELECT name AS physicalName, type AS kind FROM pragma_table_list
        WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') AND substr(name, 1, ?) = ?
        ORDER BY name`,
    )
    .all(prefix.length, prefix) as Omit<VersionTable, 'identifier'>[];
  return tables.map((table) => ({ ...table, identifier: table.physicalName.slice(prefix.length) }));
}
