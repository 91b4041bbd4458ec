import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { snapshotStoreContract, verifiableLogContract } from '@varve/eventstore/testing';
import { enrol } from '../support/enrol.js';

const onFile = {
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'varve-contract-'));
    const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    const dispose = async (): Promise<void> => {
      await store.close();
      rmSync(folder, { recursive: true });
    };
    return { store, dispose };
  },
};

const inMemory = {
  async open() {
    const store = await SqliteEventStore.open({ file: ':memory:' });
    return { store, dispose: () => store.close() };
  },
};

enrol('SqliteEventStore on a file keeps the rules of SnapshotStore:', snapshotStoreContract, onFile);
enrol('SqliteEventStore on a file keeps the rules of VerifiableLog:', verifiableLogContract, onFile);
enrol('SqliteEventStore in memory keeps the rules of SnapshotStore:', snapshotStoreContract, inMemory);
enrol('SqliteEventStore in memory keeps the rules of VerifiableLog:', verifiableLogContract, inMemory);
