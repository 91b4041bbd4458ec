import { sleep, type Timers } from '@varve/eventstore';
import type { BusNotice } from '../../transport/bus-notice.js';
import type { KafkaSubscription } from '../consume/kafka-subscription.js';
import type { KafkaDriver } from '../driver/kafka-driver.js';
import { createTopic } from '../topology/create-topic.js';
import { withAdmin } from '../topology/with-admin.js';
import { delayTopics } from './delay-steps.js';
import type { Forwarding } from './forwarding.js';

const PAUSE = 2_000;

export interface DelayedDeliveryPorts {
  readonly driver: KafkaDriver;
  readonly prefix: string;
  readonly replicationFactor: number | undefined;
  readonly forwarding: Forwarding;
  readonly subscription: () => KafkaSubscription;
  readonly timers: Timers;
  readonly notify: (notice: BusNotice) => void;
}

/** Keeps the forwarding of delayed messages subscribed from the first use of the bus until it is closed. */
export class DelayedDelivery {
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #topics: Promise<void> | undefined;
  #subscription: KafkaSubscription | undefined;

  constructor(private readonly ports: DelayedDeliveryPorts) {}

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when delayed messages can be published; what is missing is created. */
  async topics(): Promise<void> {
    this.#topics ??= this.#createTopics();
    try {
      await this.#topics;
    } catch (error) {
      this.#topics = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.ports.forwarding.stop();
    await this.#running;
    await this.#subscription?.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const { subscription: open, timers, notify } = this.ports;
    while (!signal.aborted && this.#subscription === undefined) {
      try {
        await this.topics();
        const subscription = open();
        await subscription.start();
        this.#subscription = subscription;
      } catch (error) {
        notify({ kind: 'trouble', what: 'forwarding delayed messages', error });
        await sleep(timers, PAUSE, signal);
      }
    }
  }

  async #createTopics(): Promise<void> {
    const { driver, prefix, replicationFactor } = this.ports;
    await withAdmin(driver, async (admin) => {
      const names = new Set(await admin.topicNames());
      for (const name of delayTopics(prefix)) {
        if (!names.has(name)) await createTopic(admin, { name, partitions: 1 }, replicationFactor);
      }
    });
  }
}
