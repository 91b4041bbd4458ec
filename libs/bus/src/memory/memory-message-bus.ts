import { tell } from '@varve/eventstore';
import { encodeWire } from '../message/encode-wire.js';
import type { Message } from '../message/message.js';
import { wireSizeOf } from '../message/size-of.js';
import type { WireMessage } from '../message/wire-message.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import { Delivering } from '../transport/delivering.js';
import {
  BrokerUnavailableError,
  BusClosedError,
  InvalidBusOptionsError,
  MessageTooLargeError,
  PublishNotConfirmedError,
} from '../transport/errors.js';
import { assertKnownOptions } from '../message/known-options.js';
import type { BusCapabilities } from '../transport/message-bus.js';
import type { MessageHandler, Subscription, SubscriptionOptions } from '../transport/subscription.js';
import { subscriptionSettings } from '../transport/subscription-settings.js';
import type { BusAdministration, BusTopology, SetupReport, TopologyProblem } from '../transport/topology.js';
import type { CheckBack, PreparedMessage, TwoPhaseBus } from '../transport/two-phase-bus.js';
import { KNOWN_BROKER_OPTIONS, MemoryBroker, type MemoryBrokerOptions } from './memory-broker.js';
import { MemorySubscription } from './memory-subscription.js';
import { inspectMemory, setUpMemory } from './memory-topology.js';

/** What a `MemoryMessageBus` is made of. All of it may be left out: then it has a broker of its own. */
export interface MemoryMessageBusOptions extends MemoryBrokerOptions {
  /** Shared with other buses; the options of a broker do not count then. Default: one of its own. */
  readonly broker?: MemoryBroker;
  /** Default 4 MiB. */
  readonly maxBytes?: number;
  /** For the jitter of retries. */
  readonly random?: () => number;
}

const KNOWN = { ...KNOWN_BROKER_OPTIONS, broker: true, maxBytes: 'number', random: 'function' } as const;
/** The longest that a timer of Node waits. */
const LONGEST_DELAY = 2 ** 31 - 1;
const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;

/** A bus within the process, for tests and for an app that needs no broker. What it holds is gone with the process. */
export class MemoryMessageBus implements TwoPhaseBus, BusAdministration {
  readonly description: string = 'in process';
  readonly capabilities: BusCapabilities;
  readonly broker: MemoryBroker;
  readonly #random: () => number;
  readonly #listeners = new Set<(notice: BusNotice) => void>();
  readonly #subscriptions = new Set<MemorySubscription>();
  readonly #leave: (() => void)[] = [];
  #isConnected = false;
  #closing: Promise<void> | undefined;

  constructor(options: MemoryMessageBusOptions = {}) {
    assertKnownOptions<MemoryMessageBusOptions>('the in-process bus', options, KNOWN);
    const { broker, maxBytes, random, ...ofBroker } = options;
    if (broker !== undefined && !(broker instanceof MemoryBroker))
      throw new InvalidBusOptionsError('broker', '"broker" of the in-process bus is no MemoryBroker.');
    this.broker = broker ?? new MemoryBroker(ofBroker);
    this.#random = random ?? Math.random;
    this.capabilities = {
      ordering: this.broker.chaos.breaksOrder ? 'none' : 'lane',
      twoPhase: true,
      delay: LONGEST_DELAY,
      maxBytes: maxBytes ?? DEFAULT_MAX_BYTES,
      deadLetter: 'native',
    };
  }

  async publish(
    messages: readonly Message[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    this.#connect();
    signal?.throwIfAborted();
    const wires = messages.map((message) => this.#encode(message));
    this.#assertArrives();
    for (const { topic, delay } of messages)
      this.broker.topic(topic).assertTakes(delay ? 'delayed' : 'plain');
    wires.forEach((wire, i) => {
      if (this.broker.chaos.strikes('dropRequest')) throw lost();
      const delay = messages[i]?.delay ?? 0;
      if (delay > 0) this.broker.schedule.after(delay, () => this.broker.store(wire));
      else this.broker.store(wire);
    });
    this.#confirm();
  }

  async prepare(message: Message): Promise<PreparedMessage> {
    this.#connect();
    const wire = this.#encode(message);
    if (message.delay) throw new InvalidBusOptionsError('delay', 'A half message cannot be delayed.');
    this.#assertArrives();
    this.broker.topic(message.topic).assertTakes('half');
    if (this.broker.chaos.strikes('dropRequest')) throw lost();
    const prepared = this.broker.halfMessages.prepare(wire);
    this.#confirm();
    return prepared;
  }

  async onCheck(topics: readonly string[], answer: CheckBack): Promise<void> {
    this.#connect();
    this.broker.assertUp();
    for (const topic of topics) this.broker.topic(topic).assertTakes('half');
    const stop = this.broker.halfMessages.answerWith({
      topics: new Set(topics),
      answer,
      answered: (topic, given, error) =>
        this.#notify({ kind: 'check-back', topic, answer: given, ...(error === undefined ? {} : { error }) }),
    });
    this.#leave.push(stop);
  }

  async subscribe(options: SubscriptionOptions, handler: MessageHandler): Promise<Subscription> {
    this.#connect();
    const settings = subscriptionSettings(options);
    this.broker.assertUp();
    const group = this.broker.groupFor(settings);
    const notify = (notice: BusNotice): void => this.#notify(notice);
    const delivering = new Delivering(settings, handler, { random: this.#random, notify });
    const closed = (one: MemorySubscription): void => void this.#subscriptions.delete(one);
    const subscription = new MemorySubscription(delivering, group, this.broker, closed);
    this.#subscriptions.add(subscription);
    group.join(subscription);
    return subscription;
  }

  deadLetters(group: string): DeadLetters {
    return this.broker.deadLettersOf(group);
  }

  async health(): Promise<BusHealth> {
    if (this.#closing) return { up: false, error: new BusClosedError() };
    return this.broker.isUp ? { up: true } : { up: false, error: unavailable() };
  }

  onNotice(listener: (notice: BusNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async setup(topology: BusTopology): Promise<SetupReport> {
    this.#connect();
    return setUpMemory(this.broker, topology);
  }

  async inspect(topology: BusTopology): Promise<readonly TopologyProblem[]> {
    this.#connect();
    return inspectMemory(this.broker, topology);
  }

  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** As when the process is killed: nothing is settled, what was in hand is given to others, and nobody answers check-backs here. */
  crash(): void {
    this.#closing ??= Promise.resolve();
    for (const subscription of this.#subscriptions) subscription.crash();
    this.#disconnect();
  }

  async #drain(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((one) => one.close()));
    this.#disconnect();
  }

  /** @throws BusClosedError */
  #connect(): void {
    if (this.#closing) throw new BusClosedError();
    if (this.#isConnected) return;
    this.#isConnected = true;
    const { description: what } = this;
    const disconnect = this.broker.connect({
      wentDown: (error) => this.#notify({ kind: 'disconnected', what, error }),
      cameBack: () => this.#notify({ kind: 'connected', what }),
    });
    this.#leave.push(disconnect);
    this.#notify({ kind: 'connected', what });
  }

  #disconnect(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }

  #encode(message: Message): WireMessage {
    const { delay = 0, topic } = message;
    if (!(delay >= 0 && delay <= LONGEST_DELAY)) {
      throw new InvalidBusOptionsError(
        'delay',
        `A delay is 0 to ${LONGEST_DELAY} milliseconds, not ${delay}.`,
      );
    }
    const wire = encodeWire(message);
    const bytes = wireSizeOf(wire);
    const { maxBytes } = this.capabilities;
    if (bytes > maxBytes) throw new MessageTooLargeError(bytes, maxBytes, topic);
    return wire;
  }

  #assertArrives(): void {
    const { broker } = this;
    if (broker.chaos.strikes('restart')) {
      broker.goDown();
      broker.schedule.after(broker.chaos.someTime(), () => broker.comeBack());
    }
    broker.assertUp();
  }

  #confirm(): void {
    if (!this.broker.chaos.strikes('dropConfirmation')) return;
    throw new PublishNotConfirmedError('The in-process broker has not confirmed: the messages may be there.');
  }

  #notify(notice: BusNotice): void {
    for (const listener of this.#listeners) tell(listener, notice);
  }
}

function unavailable(): BrokerUnavailableError {
  return new BrokerUnavailableError('The in-process broker is down.');
}

function lost(): BrokerUnavailableError {
  return new BrokerUnavailableError('The in-process broker did not get all of it.');
}
