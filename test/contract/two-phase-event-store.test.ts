import { TwoPhasePublisher, twoPhaseEventStore } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { InMemoryPublicationStore } from '@varve/bus/testing';
import type { EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { eventStoreContract, inMemoryHarness, type EventStoreHarness } from '@varve/eventstore/testing';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enrol } from '../support/enrol.js';
import { FaultyStore } from '../../libs/eventstore/test/sqlite/faulty-store.js';

/** Publishes every category in two phases, whatever the contract calls them. */
class OfAllCategories extends TwoPhasePublisher {
  override handles(): boolean {
    return true;
  }
}

function wrapped(log: EventStore): EventStore {
  const bus = new MemoryMessageBus();
  const store = new InMemoryPublicationStore();
  return twoPhaseEventStore(log, new OfAllCategories({ bus, log, store, categories: { note: 'two-phase' } }));
}

const inMemory: EventStoreHarness = {
  async open() {
    const opened = await inMemoryHarness().open();
    return {
      ...opened,
      store: wrapped(opened.store),
      reopen: async () => wrapped(await opened.reopen()),
      second: async () => wrapped(await opened.second()),
    };
  },
};

/** A half message must be found again, so that a commit gets an id when its writer gives none. */
const WITHOUT_ID = 'answers an append with its position, versions, time and commit id';
const contract = eventStoreContract.filter(({ name }) => name !== WITHOUT_ID);

const onFile: EventStoreHarness = {
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'varve-contract-'));
    const file = join(folder, 'log.db');
    const log = await FaultyStore.open({ file });
    const logs: SqliteEventStore[] = [log];
    const another = async (): Promise<EventStore> => {
      const opened = await SqliteEventStore.open({ file });
      logs.push(opened);
      return wrapped(opened);
    };
    const store = wrapped(log);
    return {
      store,
      second: another,
      reopen: async () => {
        await store.close();
        return another();
      },
      failNextCommit: () => log.failNextCommit(),
      dispose: async () => {
        await Promise.all(logs.map((one) => one.close()));
        rmSync(folder, { recursive: true });
      },
    };
  },
};

enrol('A log in memory that is published in two phases keeps the rules of EventStore:', contract, inMemory);
enrol('A log in SQLite that is published in two phases keeps the rules of EventStore:', contract, onFile);
