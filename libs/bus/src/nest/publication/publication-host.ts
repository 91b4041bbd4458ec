import { hostname } from 'node:os';
import process from 'node:process';
import { Logger } from '@nestjs/common';
import {
  DEFAULT_LEASE_DURATION,
  systemTimers,
  type EventStore,
  type LeaseRow,
  type ProcessorEvent,
} from '@varve/eventstore';
import type { EventStoreDecorator } from '@varve/eventstore/nest';
import { topicNaming } from '../../message/topic-naming.js';
import { keepsInstances, type InstanceReports } from '../../publication/instances/instance-report.js';
import { InstanceReporter } from '../../publication/instances/instance-reporter.js';
import { publicationReport, type PublicationReport } from '../../publication/instances/publication-report.js';
import type { PublicationEvent } from '../../publication/publication-events.js';
import { PublicationPlan } from '../../publication/publication-plan.js';
import { RELAY } from '../../publication/relay/relay-id.js';
import { Relay, type RelayStatus } from '../../publication/relay/relay.js';
import { twoPhaseEventStore } from '../../publication/two-phase/two-phase-event-store.js';
import { TwoPhasePublisher, type TwoPhaseStatus } from '../../publication/two-phase/two-phase-publisher.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { TopicPlan } from '../../transport/topology.js';
import type { BusOptions } from '../module/bus-options.js';
import { DEFAULT_BUS } from '../module/tokens.js';
import { categoriesInLog } from './categories-in-log.js';
import { PublicationLog } from './log-publication-event.js';
import { insteadOfThis } from './one-bus-for-two-phases.js';
import { openPublicationStore, type OpenedPublicationStore } from './open-publication-store.js';
import { hasTwoPhases, type BusPublicationOptions } from './publication-options.js';
import { publicationTopics } from './publication-topics.js';

export interface PublicationParts {
  /** Of the bus. */
  readonly name: string;
  readonly options: BusOptions;
  readonly bus: MessageBus | undefined;
  /** What stands for the store in the app; asked only when the app has been put together. */
  readonly log: () => EventStore | undefined;
  /** The categories of the app's aggregates. */
  readonly categories: () => readonly string[];
  /** The publications on other buses whose modules name the same store. */
  readonly othersOfLog: () => readonly PublicationHost[];
}

/** Publication as this instance sees itself. */
export interface PublicationStatus {
  readonly relay: RelayStatus;
  readonly twoPhase?: TwoPhaseStatus;
}

interface Publishing {
  readonly bus: MessageBus;
  readonly options: BusPublicationOptions;
}

/**
 * Publishes the log of one store on one bus. It stands between the store and its users where a category is published in two phases; what is
 * wrong with the options is said before anything begins.
 */
export class PublicationHost implements EventStoreDecorator {
  readonly #logger = new Logger('Publication');
  readonly #log = new PublicationLog(this.#logger);
  #store: Promise<OpenedPublicationStore> | undefined;
  #decorated: { readonly log: EventStore; readonly publisher?: TwoPhasePublisher } | undefined;
  #running: { readonly log: EventStore; readonly relay: Relay; readonly plan: PublicationPlan } | undefined;
  #reporter: InstanceReporter | undefined;
  #topics: readonly TopicPlan[] = [];
  #hasStarted = false;

  constructor(private readonly parts: PublicationParts) {}

  /** Whether anything is published on this bus. */
  get isOn(): boolean {
    return this.#publishing !== undefined;
  }

  /** Of the bus. */
  get name(): string {
    return this.parts.name;
  }

  get hasTwoPhases(): boolean {
    return hasTwoPhases(this.#publishing?.options);
  }

  get topics(): readonly TopicPlan[] {
    return this.#topics;
  }

  /** With those of categories that stand in the log and in no code, as deciders leave them: the relay publishes them, too. */
  async topicsWithLog(): Promise<readonly TopicPlan[]> {
    const publishing = this.#publishing;
    if (!publishing || !this.#running) return this.#topics;
    const { log, plan } = this.#running;
    return publicationTopics(plan, [
      ...this.#categories(publishing.options),
      ...(await categoriesInLog(log)),
    ]);
  }

  /** Named in the options to another effect than the default, and neither an aggregate's nor in a log that has something. */
  async strangeCategories(): Promise<readonly string[]> {
    const { categories = {}, default: other = 'relay' } = this.#publishing?.options ?? {};
    const own = this.parts.categories();
    const named = Object.entries(categories).filter(([name, mode]) => mode !== other && !own.includes(name));
    if (named.length === 0 || !this.#running) return [];
    const inLog = await categoriesInLog(this.#running.log);
    return inLog.length === 0 ? [] : named.map(([name]) => name).filter((name) => !inLog.includes(name));
  }

  async decorate(log: EventStore): Promise<EventStore> {
    this.#decorated = { log };
    const publishing = this.#publishing;
    if (!publishing || !hasTwoPhases(publishing.options)) return log;
    // Before anything is opened, and on a bus without two phases with the reason.
    new PublicationPlan(this.#shared(publishing));
    const { store } = await this.#openStore(log, publishing.options);
    const publisher = new TwoPhasePublisher({
      ...this.#shared(publishing),
      log,
      store,
      relay: this.#relayId,
    });
    this.#decorated = { log, publisher };
    return twoPhaseEventStore(log, publisher);
  }

  /** @throws InvalidBusOptionsError, InvalidOptionsError */
  async prepare(): Promise<void> {
    const publishing = this.#publishing;
    if (!publishing) return;
    const plan = new PublicationPlan(this.#shared(publishing));
    const log = this.#decorated?.log ?? this.parts.log();
    if (!log) throw this.#withoutLog();
    if (plan.twoPhaseCategories.length > 0 && !this.#decorated) this.#explainUnasked();
    const { store } = await this.#openStore(log, publishing.options);
    const owner = `${hostname()}:${process.pid}`;
    const relay = new Relay({ ...this.#shared(publishing), log, store, owner, id: this.#relayId });
    this.#running = { log, relay, plan };
    if (keepsInstances(store)) this.#reporter = this.#reporterTo(store, { log, relay }, owner);
    // Two kinds of messages on one topic are refused here, better than at the broker.
    this.#topics = publicationTopics(plan, this.#categories(publishing.options));
  }

  /** The broker's questions are answered from now on, too. */
  start(): void {
    if (!this.#running) return;
    this.#hasStarted = true;
    void this.#decorated?.publisher?.start();
    this.#running.relay.start();
    this.#reporter?.touch();
  }

  /** Gives the relay's lease back at once. Appends are still published in two phases. */
  async stop(): Promise<void> {
    if (this.#hasStarted) await this.#running?.relay.stop();
  }

  /** Finishes what is on its way to the broker. */
  async close(): Promise<void> {
    await this.#decorated?.publisher?.close();
    await this.#reporter?.end();
    await (await this.#store)?.close();
  }

  /** The relay, for tests and jobs: it can be stepped when it is not started. */
  get relay(): Relay | undefined {
    return this.#running?.relay;
  }

  /** How long another instance must see the relay's lease unchanged before it takes over, in milliseconds. */
  get leaseDuration(): number {
    return this.parts.options.publication?.leaseDuration ?? DEFAULT_LEASE_DURATION;
  }

  /** What is wrong with the relay here, and the facts for people. */
  async health(): Promise<{ readonly error?: unknown; readonly facts: object } | undefined> {
    const status = this.status();
    if (!status) return undefined;
    const { state, error } = status.relay;
    const isIll = state === 'stopped' || state === 'unavailable';
    const facts = {
      relay: state,
      ...(await this.#behind()),
      ...(status.twoPhase && { twoPhase: withoutError(status.twoPhase) }),
    };
    return isIll ? { error: error ?? new Error(`The relay is ${state}.`), facts } : { facts };
  }

  status(): PublicationStatus | undefined {
    return this.#running && this.#statusOf(this.#running.relay);
  }

  #statusOf(relay: Relay): PublicationStatus {
    const twoPhase = this.#decorated?.publisher?.status();
    return { relay: relay.status(), ...(twoPhase && { twoPhase }) };
  }

  /** The relay's, whichever instance has it; absent where none has ever begun. @throws InvalidBusOptionsError nothing is published here */
  async lease(): Promise<LeaseRow | undefined> {
    const store = await this.#store;
    if (!this.#running || !store) throw this.#withoutLog();
    return store.store.readLease(this.#running.relay.id);
  }

  /** Publication as anybody sees it, whichever instance relays. @throws InvalidBusOptionsError nothing is published here */
  async report(): Promise<PublicationReport> {
    const store = await this.#store;
    if (!this.#running || !store) throw this.#withoutLog();
    return publicationReport(this.#running.log, store.store, this.#running.relay.id);
  }

  /** As it is recorded: a relay that is stopped, or waits for another instance, has not looked. Left out when nobody can tell. */
  async #behind(): Promise<{ readonly behind?: number }> {
    try {
      const opened = await this.#store;
      if (!this.#running || !opened) return {};
      const { log, relay } = this.#running;
      const checkpoint = await opened.store.load(relay.id);
      return { behind: Math.max(0, (await log.head()) - (checkpoint?.position ?? 0)) };
    } catch {
      return {};
    }
  }

  /** Two buses of one log have two relays, also in one store. */
  get #relayId(): string {
    const { name, options } = this.parts;
    return options.publication?.relayId ?? (name === DEFAULT_BUS ? RELAY : `${RELAY}/${name}`);
  }

  get #publishing(): Publishing | undefined {
    const { bus, options } = this.parts;
    return bus && options.publication && { bus, options: options.publication };
  }

  #shared({ bus, options }: Publishing) {
    const { store: _store, relayId: _id, ...rest } = options;
    const topics = topicNaming(this.parts.options.topics);
    const tell = this.#log.listener(options.onEvent);
    const onEvent = (event: PublicationEvent | ProcessorEvent): void => {
      // Somebody else's relay may be paused and resumed by an app that is not started, such as a command line.
      if (this.#hasStarted || !('processor' in event)) this.#reporter?.touch();
      tell(event);
    };
    return { ...rest, bus, topics, onEvent };
  }

  #reporterTo(
    store: InstanceReports,
    running: { readonly log: EventStore; readonly relay: Relay },
    instance: string,
  ): InstanceReporter {
    const { log, relay } = running;
    return new InstanceReporter({
      store,
      instance,
      published: () => ({ relay: relay.id, logId: log.logId }),
      status: () => this.#statusOf(relay),
      timers: systemTimers,
      now: () => new Date(),
    });
  }

  /** All that anybody has named or declared. */
  #categories({ categories = {} }: BusPublicationOptions): readonly string[] {
    const named = this.parts.options.topics?.topics ?? {};
    return [...new Set([...Object.keys(categories), ...this.parts.categories(), ...Object.keys(named)])];
  }

  #openStore(log: EventStore, { store }: BusPublicationOptions): Promise<OpenedPublicationStore> {
    this.#store ??= openPublicationStore(store, log);
    return this.#store;
  }

  /** The store went to its users as it is: a test has replaced it, or another bus's module was asked in this one's place. */
  #explainUnasked(): void {
    const others = this.parts.othersOfLog();
    if (others.length > 0) throw insteadOfThis(this.parts.name, others);
    this.#logger.warn(
      'The event store was replaced: its appends are not published in two phases, but by the sweep, some seconds later.',
    );
  }

  #withoutLog(): InvalidBusOptionsError {
    return new InvalidBusOptionsError(
      'publication',
      `The bus "${this.parts.name}" is to publish a log, and there is no such event store. Import EventStoreModule, and name the store with "log" if it has a name.`,
    );
  }
}

/** An error has no JSON. */
function withoutError({ lastError: _error, ...status }: TwoPhaseStatus): object {
  return status;
}
