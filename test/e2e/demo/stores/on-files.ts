import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { SqliteReadModels, type SqliteQuery } from '@varve/projections/sqlite';
import type { Rows } from '../fold.ts';
import { number } from '../narrator.ts';
import type { LogPlace, ReadModelsPlace, Stores } from './stores.ts';

/** `apart`: two services, each of which does not know where the other one has its file. */
export function onFiles(folder: string, { apart }: { readonly apart: boolean }): Stores {
  const log = logIn(apart ? subfolder(folder, 'order-service') : folder);
  const readModels = readModelsIn(apart ? subfolder(folder, 'projector') : folder);
  return {
    log,
    readModels,
    commands: [
      `npx varve --log ${log.file} log tail`,
      `npx varve --log ${log.file} --read-models ${readModels.file} projections status`,
      `npx varve --log ${log.file} --read-models ${readModels.file} doctor`,
    ],
    close: () => Promise.resolve(),
  };
}

function logIn(folder: string): LogPlace & { readonly file: string } {
  const file = join(folder, 'orders.db');
  return {
    file,
    env: { VARVE_STORE: 'sqlite', VARVE_LOG_FILE: file },
    where: () => withSize(file),
    open: () => SqliteEventStore.open({ file, create: false }),
  };
}

export function readModelsIn(folder: string): ReadModelsPlace & { readonly file: string } {
  const file = join(folder, 'read-models.db');
  return {
    file,
    env: { VARVE_READ_MODELS: 'sqlite', VARVE_READ_MODELS_FILE: file },
    where: () => withSize(file),
    rows: () => rowsIn(file),
  };
}

function subfolder(folder: string, name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function withSize(file: string): string {
  return `${file} (${number(statSync(file).size / 1_000_000)} MB)`;
}

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

async function rowsIn(file: string): Promise<Rows> {
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
