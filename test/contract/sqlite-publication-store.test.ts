import { SqlitePublicationStore } from '@varve/bus/sqlite';
import {
  confirmationsContract,
  instanceReportsContract,
  type ConfirmationsHarness,
  type InstanceReportsHarness,
} from '@varve/bus/testing';
import type { ProcessorStore } from '@varve/eventstore';
import {
  checkpointStoreContract,
  leaseStoreContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import { enrol } from '../support/enrol.js';
import { temporaryFolder } from '../support/temp-dir.js';

type Where = 'a file' | ':memory:';

async function opened(where: Where) {
  const file = where === ':memory:' ? where : join(temporaryFolder(), 'log.db-publication');
  const stores: SqlitePublicationStore[] = [];
  const open = async (): Promise<SqlitePublicationStore> => {
    const store = await SqlitePublicationStore.open({ file });
    stores.push(store);
    return store;
  };
  const dispose = async (): Promise<void> => {
    await Promise.all(stores.map((store) => store.close()));
  };
  return { store: await open(), open, dispose };
}

function lacking(where: Where) {
  return where === ':memory:'
    ? { lacks: { second: 'no other connection can see a database in memory' } }
    : {};
}

/** A publication store parks nothing, and these contracts ask for nothing of the kind. */
function asProcessorStore(store: SqlitePublicationStore): ProcessorStore<Database.Database> {
  return store as unknown as ProcessorStore<Database.Database>;
}

function processorHarness(where: Where): ProcessorStoreHarness<Database.Database> {
  return {
    ...lacking(where),
    async open() {
      const { store, open, dispose } = await opened(where);
      await store.transaction(
        'test',
        (tx) => void tx.exec('CREATE TABLE test (key TEXT PRIMARY KEY, value TEXT)'),
      );
      return {
        store: asProcessorStore(store),
        write: (tx, key, value) =>
          void tx.prepare('INSERT OR REPLACE INTO test VALUES (?, ?)').run(key, value),
        read: (key) => readRow(store, where, key),
        ...(where === 'a file' && { second: async () => asProcessorStore(await open()) }),
        dispose,
      };
    },
  };
}

async function readRow(
  store: SqlitePublicationStore,
  where: Where,
  key: string,
): Promise<string | undefined> {
  const sql = 'SELECT value FROM test WHERE key = ?';
  if (where === ':memory:')
    return store.transaction('test', (tx) => tx.prepare(sql).pluck().get(key) as string | undefined);
  const other = new Database(store.location, { readonly: true });
  try {
    return other.prepare(sql).pluck().get(key) as string | undefined;
  } finally {
    other.close();
  }
}

function publicationHarness(where: Where): ConfirmationsHarness & InstanceReportsHarness {
  return {
    ...lacking(where),
    async open() {
      const { store, open, dispose } = await opened(where);
      return { store, ...(where === 'a file' && { second: open }), dispose };
    },
  };
}

for (const where of ['a file', ':memory:'] as const) {
  enrol(
    `SqlitePublicationStore in ${where}, for checkpoints,`,
    checkpointStoreContract,
    processorHarness(where),
  );
  enrol(`SqlitePublicationStore in ${where}, for leases,`, leaseStoreContract, processorHarness(where));
  enrol(
    `SqlitePublicationStore in ${where}, for confirmations,`,
    confirmationsContract,
    publicationHarness(where),
  );
  enrol(
    `SqlitePublicationStore in ${where}, for reports of instances,`,
    instanceReportsContract,
    publicationHarness(where),
  );
}
