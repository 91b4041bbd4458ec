import type Database from 'better-sqlite3';
import type { ReadModelRow, VersionId } from '../../index.js';
import { versionTables } from './version-tables.js';

interface Column {
  readonly name: string;
  /** 1, 2 … within the primary key, 0 outside. */
  readonly pk: number;
}

/** Reads in the transaction that the connection is in. Views show what the tables hold, so only tables are read. */
export function* readRows(database: Database.Database, version: VersionId): Generator<ReadModelRow> {
  for (const { identifier, physicalName, kind } of versionTables(database, version)) {
    if (kind === 'view') continue;
    const key = keyColumns(database, physicalName);
    const order = key.map((column) => `"${column}"`).join(', ');
    const rows = database.prepare(`SELECT * FROM "${physicalName}" ORDER BY ${order}`).iterate();
    for (const row of rows as Iterable<Record<string, unknown>>) {
      yield { table: identifier, key: JSON.stringify(key.map((column) => comparable(row[column]))), row };
    }
  }
}

function keyColumns(database: Database.Database, table: string): string[] {
  const columns = database.prepare('SELECT name, pk FROM pragma_table_info(?)').all(table) as Column[];
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
  return (key.length > 0 ? key : columns).map(({ name }) => name);
}

function comparable(value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
