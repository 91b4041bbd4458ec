import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import { confirmationsContract, type ConfirmationsHarness } from '@varve/bus/testing';
import type { ProcessorStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import {
  checkpointStoreContract,
  leaseStoreContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import Database from 'better-sqlite3';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enrol } from '../../../../test/contract/enrol.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

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

function confirmationsHarness(where: Where): ConfirmationsHarness {
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
    confirmationsHarness(where),
  );
}

describe('A publication store in a file', () => {
  it('stands beside its log by default', () => {
    expect(publicationFileOf('data/orders.db')).toBe('data/orders.db-publication');
  });

  it('refuses a log, and leaves it as it was', async () => {
    const file = join(temporaryFolder(), 'log.db');
    const log = await SqliteEventStore.open({ file });
    await log.append('order-1', 0, [{ type: 'placed', data: {} }]);
    await expect(SqlitePublicationStore.open({ file })).rejects.toMatchObject({ code: 'store-incompatible' });
    await log.append('order-1', 1, [{ type: 'paid', data: {} }]);
    await log.close();
  });

  it('refuses what is no database, a missing folder, and a missing file that it must not make', async () => {
    const folder = temporaryFolder();
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'nothing that SQLite would know '.repeat(100));
    await expect(SqlitePublicationStore.open({ file: text })).rejects.toMatchObject({
      code: 'store-incompatible',
    });
    const nowhere = join(folder, 'nowhere', 'publication');
    await expect(SqlitePublicationStore.open({ file: nowhere })).rejects.toThrow('does not exist');
    const missing = join(folder, 'missing');
    await expect(SqlitePublicationStore.open({ file: missing, create: false })).rejects.toThrow(
      'no publication store',
    );
    await expect(SqlitePublicationStore.open({ file: '' })).rejects.toMatchObject({ option: 'file' });
  });

  it.each([
    ['deleted', (file: string) => rmSync(file)],
    [
      'replaced',
      (file: string) => {
        renameSync(file, `${file}-old`);
        writeFileSync(file, '');
      },
    ],
  ] as const)('that is %s while it is open is used no more', async (what, happen) => {
    const file = join(temporaryFolder(), 'publication');
    const store = await SqlitePublicationStore.open({ file });
    await store.ensureRow('relay', 'log-a');
    happen(file);
    await expect(store.readLease('relay')).rejects.toThrow('deleted or replaced');
    expect(what).not.toBe('');
    await store.close();
  });

  it('waits for another process that writes, and says so when that takes too long', async () => {
    const file = join(temporaryFolder(), 'publication');
    const store = await SqlitePublicationStore.open({ file, busyTimeout: 30 });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.ensureRow('relay', 'log-a')).rejects.toMatchObject({ code: 'store-unavailable' });
    const waiting = store.recordConfirmed({ relay: 'relay', logId: 'log-a' }, [
      { position: 1, commitId: 'a' },
    ]);
    other.exec('COMMIT');
    await waiting;
    expect(await store.confirmedBetween({ relay: 'relay', logId: 'log-a' }, 0, 1)).toHaveLength(1);
    other.close();
    await store.close();
    await expect(store.load('relay')).rejects.toMatchObject({ code: 'store-closed' });
  });
});
