import type { ProcessorStoreHarness } from './contract/processor-store/harness.js';
import { InMemoryProcessorStore } from './in-memory-processor-store.js';
import type { MemoryTransaction } from './memory/memory-transaction.js';

/** The harness of `InMemoryProcessorStore`, and of the deliberately broken stores that are made from it. */
export function inMemoryProcessorHarness(
  Store: new () => InMemoryProcessorStore = InMemoryProcessorStore,
): ProcessorStoreHarness<MemoryTransaction> {
  return {
    async open() {
      const store = new Store();
      return {
        store,
        write: (tx, key, value) => tx.set(key, value),
        read: async (key) => store.read<string>(key),
        second: async () => store,
        dispose: async () => undefined,
      };
    },
  };
}
