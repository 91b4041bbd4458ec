import {
  appliedVersionsContract,
  checkpointStoreContract,
  leaseStoreContract,
  parkedSequencesContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { enrol } from '../../../../test/support/enrol.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

function harness(where: 'a file' | ':memory:'): ProcessorStoreHarness<SqliteTransaction> {
  return {
    ...(where === ':memory:' && { lacks: { second: 'no other connection can see a database in memory' } }),
    async open() {
      const file = where === ':memory:' ? where : join(temporaryFolder(), 'read-models.db');
      const stores = [await SqliteReadModels.open({ file })];
      const [store] = stores as [SqliteReadModels];
      await store.transaction('test', (tx) =>
        tx.exec('CREATE TABLE test (key TEXT PRIMARY KEY, value TEXT)'),
      );
      return {
        store,
        write: (tx, key, value) => void tx.run('INSERT OR REPLACE INTO test VALUES (?, ?)', key, value),
        read: async (key) => readRow(store, where, key),
        ...(where === 'a file' && {
          second: async () => {
            const second = await SqliteReadModels.open({ file });
            stores.push(second);
            return second;
          },
        }),
        dispose: async () => {
          await Promise.all(stores.map((each) => each.close()));
        },
      };
    },
  };
}

function readRow(
  store: SqliteReadModels,
  where: string,
  key: string,
): string | undefined | Promise<string | undefined> {
  const sql = 'SELECT value FROM test WHERE key = ?';
  // In memory nobody is outside of a transaction: they come one after the other.
  if (where === ':memory:')
    return store.transaction('test', (tx) => tx.get<{ value: string }>(sql, key)?.value);
  const other = new Database(store.location, { readonly: true });
  try {
    return other.prepare(sql).pluck().get(key) as string | undefined;
  } finally {
    other.close();
  }
}

const rules = [
  ...checkpointStoreContract,
  ...leaseStoreContract,
  ...parkedSequencesContract,
  ...appliedVersionsContract,
];
for (const where of ['a file', ':memory:'] as const) {
  enrol(`SQLite read models in ${where}`, rules, harness(where));
}
