import { defineProjection } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterTest } from '../../../../test/support/after-test.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

export async function open(
  file = join(temporaryFolder(), 'read-models.db'),
  busyTimeout = 5_000,
): Promise<SqliteReadModels> {
  const readModels = await SqliteReadModels.open({ file, busyTimeout });
  afterTest(() => readModels.close());
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
