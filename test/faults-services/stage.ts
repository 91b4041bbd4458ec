import type { BusAdministration, MessageBus } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { KafkaMessageBus } from '@varve/bus/kafka';
import { RocketMqMessageBus } from '@varve/bus/rocketmq';
import { startKafka, startRocketMq, type KafkaServer, type RocketMqServer } from '../services/index.ts';
import type { Child } from '../support/child-process.ts';
import { LinesBroker } from './lines-broker.ts';
import { kafkaOptions, rocketMqOptions } from './parties/open-bus.ts';
import type { BrokerAddress, Publication } from './parties/orders.ts';

export type Mortal = Pick<RocketMqServer | KafkaServer, 'kill' | 'restart' | 'stop'>;

interface StageParts {
  readonly server: Mortal;
  readonly broker: BrokerAddress;
  readonly bus: MessageBus & BusAdministration;
  readonly memory?: MemoryBroker;
}

/** A broker of one's own, which may be killed, and a bus on it that looks at topics from outside. */
export class Stage {
  readonly server: Mortal;
  readonly broker: BrokerAddress;
  readonly bus: MessageBus & BusAdministration;
  readonly publication: Publication;
  readonly #memory: MemoryBroker | undefined;

  private constructor({ server, broker, bus, memory }: StageParts, publication: Publication) {
    this.server = server;
    this.broker = broker;
    this.bus = bus;
    this.publication = publication;
    this.#memory = memory;
  }

  /** `seed`: of what the in-process broker does by itself. */
  static async open(kind: BrokerAddress['kind'], publication: Publication, seed = 1): Promise<Stage> {
    return new Stage(await opening[kind](seed), publication);
  }

  /** A process whose broker is in this one. */
  connect(child: Child): void {
    if (this.#memory) new LinesBroker(this.#memory, child);
  }

  async close(): Promise<void> {
    await this.bus.close();
    await this.server.stop();
  }
}

const opening: Readonly<Record<BrokerAddress['kind'], (seed: number) => Promise<StageParts>>> = {
  async kafka() {
    const server = await startKafka();
    const broker = { kind: 'kafka', brokers: server.brokers } as const;
    return { server, broker, bus: new KafkaMessageBus(kafkaOptions(broker)) };
  },

  async rocketmq() {
    const server = await startRocketMq();
    const { endpoints, adminAddress } = server;
    const broker = { kind: 'rocketmq', endpoints, adminAddress } as const;
    return { server, broker, bus: new RocketMqMessageBus(rocketMqOptions(broker)) };
  },

  async memory(seed) {
    const mishap = 0.03;
    const memory = new MemoryBroker({
      transactions: { timeout: 500, checkInterval: 500, maxChecks: 1_000 },
      chaos: {
        seed,
        dropConfirmation: mishap,
        dropRequest: mishap,
        duplicate: mishap,
        reorder: mishap,
        delay: mishap,
        redeliver: mishap,
        splitGroup: mishap,
      },
    });
    const server: Mortal = {
      kill: async () => memory.goDown(),
      restart: async () => memory.comeBack(),
      stop: async () => undefined,
    };
    return { server, memory, broker: { kind: 'memory' }, bus: new MemoryMessageBus({ broker: memory }) };
  },
};
