import { SqliteReadModels, type SqliteQuery } from '@varve/projections/sqlite';
import type { Rows } from './fold.ts';

interface Table {
  readonly projection: string;
  readonly table: string;
  readonly key: readonly string[];
}

const TABLES: readonly Table[] = [
  { projection: 'orders', table: 'orders', key: ['order_id'] },
  { projection: 'orders', table: 'order_lines', key: ['order_id', 'line'] },
  { projection: 'daily-revenue', table: 'days', key: ['day'] },
  { projection: 'funnel', table: 'steps', key: ['step'] },
];

export interface Comparison {
  readonly compared: number;
  readonly differences: readonly string[];
}

/** Every row of every read model against the expected ones, both ways. */
export async function compareReadModels(file: string, expected: Rows): Promise<Comparison> {
  const found = await readRows(file);
  const differences: string[] = [];
  for (const [key, row] of expected) {
    const other = found.get(key);
    if (!other) differences.push(`${key}: missing in the read model`);
    else if (canonical(row) !== canonical(other)) {
      differences.push(`${key}: log says ${canonical(row)}, read model says ${canonical(other)}`);
    }
  }
  for (const key of found.keys()) if (!expected.has(key)) differences.push(`${key}: not in the log`);
  return { compared: new Set([...expected.keys(), ...found.keys()]).size, differences };
}

async function readRows(file: string): Promise<Rows> {
  const readModels = await SqliteReadModels.open({ file, create: false });
  const rows: Rows = new Map();
  try {
    for (const table of TABLES)
      await readModels.query(table.projection, (query) => readTable(query, table, rows));
  } finally {
    await readModels.close();
  }
  return rows;
}

function readTable(query: SqliteQuery, { table, key }: Table, rows: Rows): void {
  for (const row of query.all(`SELECT * FROM {${table}}`)) {
    const id = key.map((column) => String(row[column])).join(' ');
    const others = Object.entries(row).filter(([column]) => !key.includes(column));
    rows.set(`${table} ${id}`, Object.fromEntries(others));
  }
}

function canonical(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
