import { sleep } from '@varve/eventstore';
import type { BusTopology, SetupReport, TopologyProblem } from '../../transport/topology.js';
import type { RocketMqSettings } from '../options.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { BrokerAdmin } from './broker-admin.js';
import { abandonedHalfMessages, inspectBroker, problemsOfSubscribed, problemsOfTopic } from './inspect.js';
import { plannedTopic } from './plans.js';
import { commandsFor, needsOf, setUp } from './setup.js';
import { setStartPosition, type StartPosition } from './start-position.js';

export interface AdministrationOptions {
  readonly settings: RocketMqSettings;
  /** The type of a topic as the gRPC proxy knows it; `undefined` when there is none. */
  readonly typeOf: (topic: string) => Promise<string | undefined>;
}

/** By default the proxy goes on denying for so many milliseconds a topic that it was asked for before it was there. */
const ROUTE_CACHE = 25_000;
const LOOK_AGAIN_AFTER = 100;

/** With the brokers' addresses it does what is needed; without it says what a person must do. */
export class Administration {
  readonly #options: AdministrationOptions;

  constructor(options: AdministrationOptions) {
    this.#options = options;
  }

  get isPossible(): boolean {
    return this.#options.settings.adminAddresses.length > 0;
  }

  async setup(topology: BusTopology): Promise<SetupReport> {
    assertTypes(topology, this.#options.settings);
    if (!this.isPossible) return commandsFor(topology, (topic) => this.#isThere(topic));
    const report = await this.#onBrokers((brokers) => setUp(brokers, topology));
    if (report.created.length > 0) await this.#untilThere(needsOf(topology).topics.map(({ name }) => name));
    return report;
  }

  async inspect(topology: BusTopology): Promise<readonly TopologyProblem[]> {
    if (this.isPossible) {
      const found = await this.#onBrokers((all) =>
        Promise.all(all.map((one) => inspectBroker(one, topology))),
      );
      return found.flat();
    }
    const topics = topology.topics.map(plannedTopic);
    const problems = topics.map(async (topic) =>
      problemsOfTopic(topic, await this.#options.typeOf(topic.name)),
    );
    const subscribed = await problemsOfSubscribed(topology, (topic) => this.#options.typeOf(topic));
    return [...(await Promise.all(problems)).flat(), ...subscribed];
  }

  async setStartPosition(position: StartPosition): Promise<void> {
    await this.#onBrokers((all) => Promise.all(all.map((one) => setStartPosition(one, position))));
  }

  async abandonedHalfMessages(): Promise<number> {
    const counts = await this.#onBrokers((all) => Promise.all(all.map((one) => abandonedHalfMessages(one))));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #onBrokers<Result>(work: (brokers: readonly BrokerAdmin[]) => Promise<Result>): Promise<Result> {
    const {
      adminAddresses,
      credentials,
      adminTls: tls,
      timers,
      requestTimeout: timeout,
    } = this.#options.settings;
    const brokers: BrokerAdmin[] = [];
    try {
      for (const address of adminAddresses) {
        brokers.push(await BrokerAdmin.open(address, { credentials, tls, timers, timeout }));
      }
      return await work(brokers);
    } finally {
      for (const broker of brokers) broker.close();
    }
  }

  async #untilThere(topics: readonly string[]): Promise<void> {
    const { timers } = this.#options.settings;
    const end = performance.now() + ROUTE_CACHE;
    for (const topic of topics) {
      while (!(await this.#isThere(topic)) && performance.now() < end) {
        await sleep(timers, LOOK_AGAIN_AFTER);
      }
    }
  }

  async #isThere(topic: string): Promise<boolean> {
    return (await this.#options.typeOf(topic)) !== undefined;
  }
}

/** A topic's type cannot be changed, so one of the wrong type is not made. */
function assertTypes({ topics }: BusTopology, { topics: configured }: RocketMqSettings): void {
  for (const plan of topics) {
    const { type } = plannedTopic(plan);
    const wanted = configured[plan.name]?.type;
    if (wanted === undefined || wanted === type) continue;
    throw new InvalidBusOptionsError(
      `topics.${plan.name}`,
      `Topic "${plan.name}" is configured as ${wanted}, and what the app publishes on it needs ${type}. Leave it out of "topics", or publish otherwise: a topic for delayed messages is named in "publishesDelayed".`,
    );
  }
}
