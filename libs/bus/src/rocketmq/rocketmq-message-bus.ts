import type { Message } from '../message/message.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import { BusClosedError } from '../transport/errors.js';
import type { BusCapabilities } from '../transport/message-bus.js';
import type { MessageHandler, Subscription, SubscriptionOptions } from '../transport/subscription.js';
import { subscriptionSettings } from '../transport/subscription-settings.js';
import type { CheckBack, PreparedMessage, TwoPhaseBus } from '../transport/two-phase-bus.js';
import { CheckBacks } from './check-back.js';
import { InFlight } from './in-flight.js';
import { rocketMqSettings, type RocketMqMessageBusOptions, type RocketMqSettings } from './options.js';
import { publishAll, sendableOf } from './publish.js';
import { Sender, type Sendable } from './sender.js';
import { subscribe } from './subscription/subscribe.js';
import { translateError } from './translate-error.js';

/** By default a broker delays no message for longer than three days. */
const LONGEST_DELAY = 3 * 24 * 60 * 60_000;

/** RocketMQ 5 by its gRPC proxy. */
export class RocketMqMessageBus implements TwoPhaseBus {
  readonly description: string;
  readonly capabilities: BusCapabilities;
  readonly #settings: RocketMqSettings;
  readonly #checkBacks = new CheckBacks((notice) => this.#notify(notice));
  readonly #sender: Sender;
  readonly #subscriptions = new Set<Subscription>();
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
  }

  async publish(
    messages: readonly Message[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    this.#assertOpen();
    signal?.throwIfAborted();
    const sendables = messages.map((message) => sendableOf(message, this.#settings.maxBytes));
    const send = (message: Sendable): Promise<void> =>
      this.#doing('publish', message, this.#sender.send(message));
    const concurrency = this.#settings.publishConcurrency;
    await this.#inFlight.run(() => publishAll(sendables, { concurrency, signal, send }));
  }

  async prepare(message: Message): Promise<PreparedMessage> {
    this.#assertOpen();
    const sendable = sendableOf(message, this.#settings.maxBytes);
    return this.#inFlight.run(() =>
      this.#doing('prepare a message', undefined, this.#sender.sendHalf(sendable)),
    );
  }

  async onCheck(topics: readonly string[], answer: CheckBack): Promise<void> {
    this.#assertOpen();
    this.#checkBacks.register(topics, answer);
    await this.#inFlight.run(() =>
      this.#doing('declare half messages', undefined, this.#sender.declare(topics)),
    );
  }

  async subscribe(options: SubscriptionOptions, handler: MessageHandler): Promise<Subscription> {
    this.#assertOpen();
    const subscription = subscriptionSettings(options);
    const notify = (notice: BusNotice): void => this.#notify(notice);
    const onClosed = (closed: Subscription): void => void this.#subscriptions.delete(closed);
    const opening = subscribe(subscription, handler, { settings: this.#settings, notify, onClosed });
    return this.#inFlight.run(async () => {
      const opened = await this.#doing(`subscribe group "${options.group}"`, undefined, opening);
      this.#subscriptions.add(opened);
      return opened;
    });
  }

  deadLetters(_group: string): DeadLetters {
    throw new Error('not yet');
  }

  async health(): Promise<BusHealth> {
    if (this.#closed) return { up: false, error: new BusClosedError() };
    try {
      await this.#doing('answer', undefined, this.#sender.probe());
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

  async #end(): Promise<void> {
    await this.#inFlight.idle();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#sender.close();
  }

  async #doing<Result>(what: string, message: Sendable | undefined, work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      const { endpoints, maxBytes } = this.#settings;
      throw translateError(error, {
        what,
        endpoints,
        ...(message ? { message: { ...message, maxBytes } } : {}),
      });
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new BusClosedError();
  }

  #notify(notice: BusNotice): void {
    for (const listener of this.#listeners) listener(notice);
  }
}
