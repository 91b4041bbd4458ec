import { decodeWire } from '../message/decode-wire.js';
import type { WireMessage } from '../message/wire-message.js';
import type { BusNotice } from './bus-notice.js';
import { settle, type Settlement } from './settle.js';
import type { DeliveriesHandler, Delivery, MessageHandler, SubscriptionStatus } from './subscription.js';
import type { SubscriptionSettings } from './subscription-settings.js';

/** For adapters: what `Delivering` may be told beside the settings and the handler. */
export interface DeliveringOptions {
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Told of each message that is retried, dead-lettered or dropped, once the broker has taken that. */
  readonly notify?: (notice: BusNotice) => void;
  /** Takes the place of the handler where the adapter hands many over at once. */
  readonly many?: DeliveriesHandler | undefined;
}

const ACKNOWLEDGE: Settlement = { kind: 'acknowledge' };

/** For adapters: what they know of a message that they hand over. `attempt` counts from 1. */
export interface DeliveryContext {
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/**
 * One subscription's way from a message on the wire to its settlement, the same for every broker: decode, handle, classify, announce,
 * count. The adapter fetches before it and does at the broker what the settlement says after it; `settled` counts that.
 */
export class Delivering {
  readonly #random: () => number;
  readonly #notify: (notice: BusNotice) => void;
  readonly #many: DeliveriesHandler;
  readonly #counts = { inFlight: 0, handled: 0, retried: 0, deadLettered: 0 };
  #lastError: unknown;

  constructor(
    readonly settings: SubscriptionSettings,
    private readonly handler: MessageHandler,
    options: DeliveringOptions = {},
  ) {
    this.#random = options.random ?? Math.random;
    this.#notify = options.notify ?? (() => undefined);
    this.#many = options.many ?? ((deliveries) => deliveries.forEach(this.#one));
  }

  get counts(): Omit<SubscriptionStatus, 'state'> {
    const { inFlight, handled, retried, deadLettered } = this.#counts;
    const counts = { inFlight, handled, retried, deadLettered };
    return this.#lastError === undefined ? counts : { ...counts, lastError: this.#lastError };
  }

  /** Never rejects. */
  deliver(wire: WireMessage, { attempt, signal }: DeliveryContext): Promise<Settlement> {
    const { group } = this.settings;
    this.#counts.inFlight += 1;
    try {
      const context = { attempt, signal, group, bytes: wire.body.length };
      // No `async` function, here as in what is done with it: a promise less for each message.
      return Promise.resolve(this.handler(decodeWire(wire), context)).then(this.#handled, (error: unknown) =>
        this.#refused(error, attempt),
      );
    } catch (error) {
      return Promise.resolve(this.#refused(error, attempt));
    }
  }

  /** For an adapter that has many at a time; `settlementOf` tells what a failure of one leads to. Never throws. */
  hand(deliveries: readonly Delivery[]): void {
    try {
      this.#many(deliveries);
    } catch (error) {
      for (const delivery of deliveries) delivery.failed(error);
    }
  }

  settlementOf(error: unknown, attempt: number): Settlement {
    return settle({ error, attempt }, this.settings, this.#random);
  }

  readonly #one = (delivery: Delivery): void => {
    const { wire, attempt, signal } = delivery;
    const context = { attempt, signal, group: this.settings.group, bytes: wire.body.length };
    try {
      Promise.resolve(this.handler(decodeWire(wire), context)).then(
        () => delivery.done(),
        (error: unknown) => delivery.failed(error),
      );
    } catch (error) {
      delivery.failed(error);
    }
  };

  readonly #handled = (): Settlement => {
    this.#counts.inFlight -= 1;
    return ACKNOWLEDGE;
  };

  #refused(error: unknown, attempt: number): Settlement {
    this.#counts.inFlight -= 1;
    return this.settlementOf(error, attempt);
  }

  /** Tell it once the broker has taken the settlement. */
  settled(wire: WireMessage, settlement: Settlement, attempt: number): void {
    if (settlement.kind === 'acknowledge') {
      this.acknowledged();
      return;
    }
    const { error } = settlement;
    this.#lastError = error;
    const { topic, key } = wire;
    const what = { group: this.settings.group, topic, ...(key === undefined ? {} : { key }), error };
    if (settlement.kind === 'retry') {
      this.#counts.retried += 1;
      this.#notify({ kind: 'retrying', ...what, attempt, delay: settlement.delay });
      return;
    }
    if (settlement.kind === 'dead-letter') this.#counts.deadLettered += 1;
    this.#notify({ kind: settlement.kind === 'drop' ? 'message-dropped' : 'dead-lettered', ...what });
  }

  /** The same for one that was handled, of which nothing else need be known. */
  acknowledged(): void {
    this.#counts.handled += 1;
  }

  /** Something beside a message went wrong, such as an acknowledgement that the broker did not take. */
  failed(error: unknown): void {
    this.#lastError = error;
  }
}
