import type { LogFillingHarness } from './contract/moving/harness.js';
import { InMemoryEventStore } from './in-memory-event-store.js';
import type { InMemoryStoreClass } from './in-memory-harness.js';
import { InMemoryLogFilling } from './in-memory-log-filling.js';
import { MemoryLog } from './memory/memory-log.js';

type FillingClass = new (
  ...of: ConstructorParameters<typeof InMemoryLogFilling>
) => InstanceType<typeof InMemoryLogFilling>;

/** The harness of `InMemoryLogFilling`, and of the deliberately broken ones that are made from it. */
export function inMemoryFillingHarness(
  Filling: FillingClass = InMemoryLogFilling,
  Store: InMemoryStoreClass = InMemoryEventStore,
): LogFillingHarness {
  return {
    async open() {
      const log = new MemoryLog();
      return {
        fill: async (source) => new Filling(log, source),
        use: async () => new Store({ log }),
        dispose: () => Promise.resolve(),
      };
    },
  };
}
