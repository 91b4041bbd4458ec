import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreContract, type EventStoreHarness } from '@varve/eventstore/testing';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { FaultyStore } from '../../libs/eventstore/test/sqlite/faulty-store.js';
import { enrol } from '../support/enrol.js';

const onFile: EventStoreHarness = {
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'varve-contract-'));
    const file = join(folder, 'log.db');
    const store = await FaultyStore.open({ file });
    const stores: SqliteEventStore[] = [store];
    const another = async (): Promise<SqliteEventStore> => {
      const opened = await SqliteEventStore.open({ file });
      stores.push(opened);
      return opened;
    };
    return {
      store,
      second: another,
      reopen: async () => {
        await store.close();
        return another();
      },
      failNextCommit: () => store.failNextCommit(),
      dispose: async () => {
        await Promise.all(stores.map((one) => one.close()));
        rmSync(folder, { recursive: true });
      },
    };
  },
};

const inMemory: EventStoreHarness = {
  lacks: {
    reopen: 'a log in memory is gone when it is closed',
    second: 'a log in memory belongs to one connection',
  },
  async open() {
    const store = await FaultyStore.open({ file: ':memory:' });
    return { store, failNextCommit: () => store.failNextCommit(), dispose: () => store.close() };
  },
};

enrol('SqliteEventStore on a file keeps the rules of EventStore:', eventStoreContract, onFile);
enrol('SqliteEventStore in memory keeps the rules of EventStore:', eventStoreContract, inMemory);
