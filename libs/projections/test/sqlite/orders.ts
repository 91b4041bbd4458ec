import { defineProjection } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const opened: SqliteReadModels[] = [];

afterEach(async () => {
  for (const readModels of opened.splice(0)) await readModels.close();
});

export async function open(
  file = join(temporaryFolder(), 'read-models.db'),
  busyTimeout = 5_000,
): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file, busyTimeout });
  opened.push(readModels);
  return readModels;
}

export function orders(version = 1) {
  return defineProjection<SqliteTransaction>({
    name: 'orders',
    version,
    order: 'stream',
    setup: (tx) => tx.exec(`CREATE TABLE {orders} (id TEXT PRIMARY KEY, total INTEGER) STRICT`),
    on: { 'order.placed': (event, tx) => void tx.run('INSERT INTO {orders} VALUES (?, ?)', event.stream, 1) },
  });
}

export function insert(readModels: SqliteReadModels, processor: string, id: string): Promise<unknown> {
  return readModels.transaction(processor, (tx) => tx.run('INSERT INTO {orders} VALUES (?, 1)', id));
}
