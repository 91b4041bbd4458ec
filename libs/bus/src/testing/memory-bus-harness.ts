import type { MemoryBrokerOptions, MemoryMessageBus } from '../memory/index.js';
import type { TwoPhaseBus } from '../transport/two-phase-bus.js';
import type { BusHarness } from './contract/harness.js';

/** What `memoryBusHarness` takes. All of it may be left out. */
export interface MemoryBusHarnessOptions {
  /** What the broker of each case is made of, where that differs from what suits the contract. */
  readonly broker?: MemoryBrokerOptions;
  /** How long, in milliseconds, something that must happen may take. Default 20,000. */
  readonly patience?: number;
  /** Puts something between a case and the bus, as a broken twin does. */
  readonly wrap?: (bus: MemoryMessageBus) => TwoPhaseBus;
}

/** So that a case is quick; a twin that gives up on half messages sets its own. */
const TRANSACTIONS = { timeout: 5, checkInterval: 5, maxChecks: 1_000_000 };

/** The harness of `MemoryMessageBus`, and of the deliberately broken buses that are made from it. */
export function memoryBusHarness(options: MemoryBusHarnessOptions = {}): BusHarness<TwoPhaseBus> {
  const { broker: brokerOptions, patience, wrap = (bus: MemoryMessageBus): TwoPhaseBus => bus } = options;
  return {
    slowness: 20,
    delay: 30,
    ...(patience === undefined ? {} : { patience }),
    async open() {
      const { MemoryBroker, MemoryMessageBus } = await import('../memory/index.js');
      const broker = new MemoryBroker({ createTopics: false, transactions: TRANSACTIONS, ...brokerOptions });
      const buses: MemoryMessageBus[] = [];
      let count = 0;
      const unusedName = (): string => `name-${++count}`;
      return {
        bus() {
          const bus = new MemoryMessageBus({ broker, maxBytes: 128 * 1024 });
          buses.push(bus);
          return wrap(bus);
        },
        async topic(kind) {
          const name = unusedName();
          broker.createTopic({ name, kind });
          return name;
        },
        async group(order) {
          const name = unusedName();
          broker.createGroup({ name, order });
          return name;
        },
        unusedName,
        sendRaw: async (wire) => broker.store(wire),
        goDown: async () => broker.goDown(),
        comeBack: async () => broker.comeBack(),
        async dispose() {
          for (const bus of buses) bus.crash();
        },
      };
    },
  };
}
