import type { EventStoreHarness } from './contract/event-store/harness.js';
import { InMemoryEventStore, type InMemoryEventStoreOptions } from './in-memory-event-store.js';
import { MemoryLog } from './memory/memory-log.js';

export type InMemoryStoreClass = new (options: InMemoryEventStoreOptions) => InMemoryEventStore;

/** The harness of `InMemoryEventStore`, and of the deliberately broken stores that are made from it. */
export function inMemoryHarness(Store: InMemoryStoreClass = InMemoryEventStore) {
  return {
    async open() {
      const log = new MemoryLog();
      const stores: InMemoryEventStore[] = [];
      const another = (): InMemoryEventStore => {
        const store = new Store({ log });
        stores.push(store);
        return store;
      };
      const store = another();
      return {
        store,
        reopen: async () => {
          await store.close();
          return another();
        },
        second: async () => another(),
        failNextCommit: () => log.failNextCommit(),
        dispose: async () => {
          await Promise.all(stores.map((one) => one.close()));
        },
      };
    },
  } satisfies EventStoreHarness;
}
