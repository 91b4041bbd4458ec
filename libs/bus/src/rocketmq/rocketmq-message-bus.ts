import { tell } from '@varve/eventstore';
import type { Message } from '../message/message.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import { BusClosedError } from '../transport/errors.js';
import type { BusCapabilities } from '../transport/message-bus.js';
import type { MessageHandler, Subscription, SubscriptionOptions } from '../transport/subscription.js';
import { subscriptionSettings } from '../transport/subscription-settings.js';
import type { BusAdministration, BusTopology, SetupReport, TopologyProblem } from '../transport/topology.js';
import type { CheckBack, PreparedMessage, TwoPhaseBus } from '../transport/two-phase-bus.js';
import { AbandonedAlarm } from './admin/abandoned-alarm.js';
import { Administration } from './admin/administration.js';
import { CheckBacks } from './check-back.js';
import { DeadLetterReader } from './dead-letters/reader.js';
import { RocketMqDeadLetters } from './dead-letters/rocketmq-dead-letters.js';
import { sendDeadLetter, storeAgain } from './dead-letters/send-dead-letter.js';
import { explainError } from './explain-error.js';
import { InFlight } from './in-flight.js';
import { brokerName } from './names.js';
import { rocketMqSettings, type RocketMqMessageBusOptions, type RocketMqSettings } from './options.js';
import { LONGEST_DELAY, publishAll, sendableOf } from './publish.js';
import { Sender, type Sendable } from './sender.js';
import { subscribe } from './subscription/subscribe.js';

/** RocketMQ 5 by its gRPC proxy. */
export class RocketMqMessageBus implements TwoPhaseBus, BusAdministration {
  readonly description: string;
  readonly capabilities: BusCapabilities;
  readonly #settings: RocketMqSettings;
  readonly #notify = (notice: BusNotice): void => {
    for (const listener of this.#listeners) tell(listener, notice);
  };
  readonly #checkBacks = new CheckBacks(this.#notify);
  readonly #sender: Sender;
  readonly #administration: Administration;
  readonly #alarm: AbandonedAlarm;
  readonly #subscriptions = new Set<Subscription>();
  readonly #deadLetters = new Map<string, RocketMqDeadLetters>();
  readonly #inFlight = new InFlight();
  readonly #listeners = new Set<(notice: BusNotice) => void>();
  #closed: Promise<void> | undefined;

  constructor(options: RocketMqMessageBusOptions) {
    const settings = rocketMqSettings(options);
    const types = Object.values(settings.topics);
    this.#settings = settings;
    this.description = `rocketmq ${settings.endpoints}`;
    this.capabilities = {
      ordering: types.length > 0 && types.every(({ type }) => type === 'FIFO') ? 'lane' : 'none',
      twoPhase: true,
      delay: LONGEST_DELAY,
      maxBytes: settings.maxBytes,
      deadLetter: 'native',
    };
    this.#sender = new Sender({
      settings,
      check: (half) => this.#checkBacks.resolve(half),
      onBroken: (error) => this.#notify({ kind: 'disconnected', what: 'producer', error }),
    });
    this.#administration = new Administration({ settings, typeOf: (topic) => this.#sender.typeOf(topic) });
    this.#alarm = new AbandonedAlarm(this.#administration, this.#notify);
  }

  async publish(
    messages: readonly Message[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const { signal } = options;
    const { maxBytes, publishConcurrency: concurrency } = this.#settings;
    signal?.throwIfAborted();
    await this.#doing('publish', async () => {
      const sendables = messages.map((message) => sendableOf(message, maxBytes));
      await publishAll(sendables, { concurrency, signal, send: (message) => this.#send(message) });
    });
    signal?.throwIfAborted();
  }

  async prepare(message: Message): Promise<PreparedMessage> {
    const sendable = sendableOf(message, this.#settings.maxBytes);
    const half = await this.#doing('prepare a message', () => this.#sender.sendHalf(sendable));
    return {
      commit: () => this.#doing('commit a message', () => half.commit()),
      rollback: () => this.#doing('roll back a message', () => half.rollback()),
    };
  }

  async onCheck(topics: readonly string[], answer: CheckBack): Promise<void> {
    await this.#doing('ask about half messages', () => {
      this.#checkBacks.register(topics, answer);
      return this.#sender.declare(topics);
    });
  }

  async subscribe(options: SubscriptionOptions, handler: MessageHandler): Promise<Subscription> {
    const subscription = subscriptionSettings(options);
    return this.#doing(`subscribe group "${options.group}"`, async () => {
      const opened = await subscribe(subscription, handler, {
        settings: this.#settings,
        administration: this.#administration,
        notify: this.#notify,
        sendDeadLetter: (givenUp) => sendDeadLetter(this.#sender, givenUp),
        onClosed: (closed) => void this.#subscriptions.delete(closed),
      });
      this.#subscriptions.add(opened);
      return opened;
    });
  }

  deadLetters(group: string): DeadLetters {
    const known = this.#deadLetters.get(group);
    if (known) return known;
    const openReader = (): DeadLetterReader =>
      new DeadLetterReader({
        group: brokerName(group),
        settings: this.#settings,
        notify: this.#notify,
        storeAgain: (message, id) => storeAgain(this.#sender, message, id),
      });
    const deadLetters = new RocketMqDeadLetters({
      group,
      timers: this.#settings.timers,
      openReader,
      publish: (message) => this.#send(message),
      run: (work) => this.#doing(`read the dead letters of "${group}"`, work),
    });
    this.#deadLetters.set(group, deadLetters);
    return deadLetters;
  }

  async setup(topology: BusTopology): Promise<SetupReport> {
    return this.#doing('set up topics and groups', () => this.#administration.setup(topology));
  }

  async inspect(topology: BusTopology): Promise<readonly TopologyProblem[]> {
    return this.#doing('inspect topics and groups', () => this.#administration.inspect(topology));
  }

  async health(): Promise<BusHealth> {
    try {
      // What could not be declared while the broker was away is declared now, or nobody here would be asked about it.
      await this.#doing('answer', () => Promise.all([this.#sender.probe(), this.#alarm.look()]));
      await this.#doing('ask about half messages', () => this.#sender.declare([]));
      return { up: true };
    } catch (error) {
      return { up: false, error };
    }
  }

  onNotice(listener: (notice: BusNotice) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  /** Dead letters that are in hand, and those that handlers still make, need the sender to the last. */
  async #end(): Promise<void> {
    await this.#inFlight.idle();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await Promise.all([...this.#deadLetters.values()].map((deadLetters) => deadLetters.close()));
    await this.#sender.close();
  }

  async #send(message: Sendable): Promise<void> {
    try {
      await this.#sender.send(message);
    } catch (error) {
      const { endpoints, maxBytes } = this.#settings;
      const { topic, bytes } = message;
      const doing = { what: `publish to "${topic}"`, endpoints, message: { topic, bytes, maxBytes } };
      throw await explainError(error, doing, this.#settings);
    }
  }

  async #doing<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new BusClosedError();
    try {
      return await this.#inFlight.run(work);
    } catch (error) {
      throw await explainError(error, { what, endpoints: this.#settings.endpoints }, this.#settings);
    }
  }
}
