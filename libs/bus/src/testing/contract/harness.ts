import type { ContractCase } from '@varve/eventstore/testing';
import type { WireMessage } from '../../message/wire-message.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { TopicPlan } from '../../transport/topology.js';
import { ok } from './check.js';
import { BusBench } from './bench.js';

/** What not every broker, or not every way to test one, can do. */
export type BusHarnessCapability =
  /** Messages of one key keep their order. */
  | 'lanes'
  | 'delay'
  /** A new group can begin with what comes from now on. */
  | 'latest'
  /** The bus implements `BusAdministration`. */
  | 'administration'
  | 'sendRaw'
  | 'outage';

/** How a suite gets at an adapter. */
export interface BusHarness<Bus extends MessageBus = MessageBus> {
  /** Access to the broker, for one case. The broker may be shared: all names that come from here are new. */
  open(): Promise<OpenedBroker<Bus>>;
  /** What this adapter or harness cannot do, and why. */
  readonly lacks?: Readonly<Partial<Record<BusHarnessCapability, string>>>;
  /** How long, in milliseconds, something that must happen may take. Default 20,000. */
  readonly patience?: number;
  /** Milliseconds that a slow handler takes: more than the broker gives a consumer by itself. Default 100. */
  readonly slowness?: number;
  /** Milliseconds by which a delayed message is delayed. Default 200. */
  readonly delay?: number;
}

/** What a `BusHarness` opens for one case: a broker, and what can be done to it. */
export interface OpenedBroker<Bus extends MessageBus = MessageBus> {
  /** A new bus on the broker, as another process has it. */
  bus(): Bus;
  /** Creates a topic under a new name, with several lanes. */
  topic(kind: TopicPlan['kind']): Promise<string>;
  /** Creates a group under a new name, where groups are created. */
  group(order: 'key' | 'none', topics: readonly string[]): Promise<string>;
  /** A name that is legal and that nothing has. */
  unusedName(): string;
  /** Sends what somebody else may send, who knows nothing of CloudEvents. */
  sendRaw?(wire: WireMessage): Promise<void>;
  /** Takes the broker away from all buses. */
  goDown?(): Promise<void>;
  comeBack?(): Promise<void>;
  /** Closes all buses. */
  dispose(): Promise<void>;
}

/** One rule of a contract of buses. */
export type BusCase<Bus extends MessageBus = MessageBus> = ContractCase<BusHarness<Bus>>;

/** A case for buses of a kind; each capability that it has named in `needs` is there. */
export function busCase<Bus extends MessageBus = MessageBus>(
  name: string,
  work: (bench: BusBench<Bus>) => Promise<void>,
  ...needs: readonly BusHarnessCapability[]
): BusCase<Bus> {
  return {
    name,
    needs,
    async run(harness) {
      const opened = await harness.open();
      try {
        const missing = needs.find((need) => harness.lacks?.[need] !== undefined);
        ok(missing === undefined, `This case needs "${missing}"`);
        await work(new BusBench(opened, harness));
      } finally {
        await opened.dispose();
      }
    },
  };
}
