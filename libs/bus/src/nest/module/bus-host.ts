import {
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import type { EventRegistry, LogReader, StopOptions } from '@varve/eventstore';
import { stopOnShutdown } from '@varve/eventstore/nest';
import { topicNaming, type TopicNaming } from '../../message/topic-naming.js';
import type { BusNotice } from '../../transport/bus-notice.js';
import { isBusError, SubscriberHangsError } from '../../transport/errors.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { BusTopology, TopicPlan } from '../../transport/topology.js';
import type { PublicationHost } from '../publication/publication-host.js';
import { prepareSubscriber } from '../subscriber/prepare-subscriber.js';
import { RunningSubscriber, type SubscriberStatus } from '../subscriber/running-subscriber.js';
import type { BusOptions } from './bus-options.js';
import { publishedByFeatures, subscribersOf } from './declarations.js';
import { logBusNotice } from './log-bus-notice.js';
import { topologyOf } from './topology-of.js';

export interface BusHostParts {
  readonly name: string;
  readonly bus: MessageBus | undefined;
  readonly options: BusOptions;
  readonly registry: EventRegistry | undefined;
  /** Asked when the app has been put together: the store may be wrapped by the publication. */
  readonly logs: () => readonly LogReader[];
  readonly discovery: DiscoveryService;
  readonly publication: PublicationHost;
  /** Whether the app starts what runs by itself; a command line and a test say no. */
  readonly start: boolean;
}

/**
 * What the app runs on one bus: its subscribers and the publication. It begins behind all bootstrap hooks and stops before the HTTP server has
 * drained; the bus itself stays open until then.
 */
export class BusHost implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly naming: TopicNaming;
  readonly #logger = new Logger('BusModule');
  #subscribers: readonly RunningSubscriber[] = [];
  #starting: NodeJS.Immediate | undefined;

  constructor(private readonly parts: BusHostParts) {
    this.naming = topicNaming(parts.options.topics);
  }

  get name(): string {
    return this.parts.name;
  }

  get bus(): MessageBus | undefined {
    return this.parts.bus;
  }

  get publication(): PublicationHost {
    return this.parts.publication;
  }

  get subscribers(): readonly SubscriberStatus[] {
    return this.#subscribers.map((each) => each.status());
  }

  /** The topics and groups that the app needs at the broker. */
  get topology(): BusTopology {
    return this.#topologyWith(this.publication.topics);
  }

  /** With the topics of what is in the log and no code names. */
  async topologyWithLog(): Promise<BusTopology> {
    return this.#topologyWith(await this.publication.topicsWithLog());
  }

  #topologyWith(published: readonly TopicPlan[]): BusTopology {
    const { name, discovery } = this.parts;
    const others = (['ordered', 'delayed'] as const).flatMap((kind) =>
      publishedByFeatures(name, kind, discovery).map((category): TopicPlan => {
        return { name: this.naming.topicOf(`${category}-`), kind };
      }),
    );
    return topologyOf(
      [...published, ...others],
      this.#subscribers.map(({ prepared }) => prepared.options),
    );
  }

  /** What is wrong with the declarations is said before anything begins. */
  async onModuleInit(): Promise<void> {
    const { name, bus, discovery } = this.parts;
    const { groupPrefix = '' } = this.parts.options;
    const prepared = subscribersOf(name, discovery).map((each) =>
      prepareSubscriber(each, { ...this.parts, naming: this.naming, groupPrefix }),
    );
    if (bus) {
      const onNotice = (notice: BusNotice): void => logBusNotice(this.#logger, notice);
      const onSlow = (handling: string): void =>
        this.#logger.warn(`${upperFirst(handling)}. It is still waited for.`);
      this.#subscribers = prepared.map((each) => new RunningSubscriber(bus, each, { onNotice, onSlow }));
    }
    await this.publication.prepare();
    if (!bus) this.#sayWithout(prepared.map((each) => each.name));
  }

  onApplicationBootstrap(): void {
    if (!this.parts.start || this.parts.options.start === false) return;
    // Behind the other bootstrap hooks: @nestjs/cqrs registers its handlers in one, and a subscriber may send a command at once.
    this.#starting = setImmediate(() => this.start());
  }

  /** Subscribes and publishes until `stop`; a broker that is down is tried again. */
  start(): void {
    for (const subscriber of this.#subscribers) subscriber.start();
    this.publication.start();
  }

  /** @throws SubscriberHangsError handlers had not ended after `timeout` */
  async stop(options?: StopOptions): Promise<void> {
    clearImmediate(this.#starting);
    const stopping = [...this.#subscribers.map((each) => each.stop(options)), this.publication.stop()];
    const outcomes = await Promise.allSettled(stopping);
    const errors = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    const hanging = errors.filter((error) => isHanging(error));
    if (errors.length > hanging.length) throw errors.find((error) => !isHanging(error));
    if (hanging.length > 0) throw new SubscriberHangsError(hanging.flatMap(({ handlings }) => handlings));
  }

  beforeApplicationShutdown(): Promise<void> {
    return stopOnShutdown(this.#logger, this, this.parts.options.shutdownTimeout);
  }

  #sayWithout(subscribers: readonly string[]): void {
    const without = [
      ...(this.parts.options.publication ? ['commits are in the log and nowhere else'] : []),
      ...(subscribers.length > 0 ? [`nothing comes to ${subscribers.join(', ')}`] : []),
    ];
    if (without.length === 0) return;
    this.#logger.warn(`Without a bus ${without.join(', and ')}. Everything else works without it.`);
  }
}

function isHanging(error: unknown): error is SubscriberHangsError {
  return isBusError(error, 'handler-hangs');
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
