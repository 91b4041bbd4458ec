import { givenOptions, systemTimers, tell, type Timers } from '@varve/eventstore';
import type { BusNotice } from './bus-notice.js';
import { isBusError } from './errors.js';
import type { MessageBus } from './message-bus.js';
import { retryDelayOf, type RetryPolicy } from './retry-policy.js';
import type {
  DeliveriesHandler,
  MessageHandler,
  Subscription,
  SubscriptionOptions,
  SubscriptionStatus,
} from './subscription.js';
import { subscriptionSettings } from './subscription-settings.js';

/** What `keepSubscribed` takes beside the subscription and the handler. All of it may be left out. */
export interface KeepSubscribedOptions {
  /** Between two tries. Default: from 200 ms, doubling, to 30 s. */
  readonly backoff?: Partial<Pick<RetryPolicy, 'firstDelay' | 'maxDelay'>>;
  /** What it waits by between two tries. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Told of each try that fails, as `trouble`. */
  readonly onNotice?: (notice: BusNotice) => void;
  /** For a bus that gets messages by the batch. */
  readonly many?: DeliveriesHandler;
}

const DEFAULT_BACKOFF = { firstDelay: 200, maxDelay: 30_000 };

/**
 * Subscribes, and tries again while the broker is away or refuses: a topic may still be created, a right still be given. The answer is
 * there at once, `unavailable` until the first try succeeds; afterwards the bus's own subscription survives outages. Ends only by
 * `close()`, or when the bus is closed.
 *
 * @throws InvalidBusOptionsError
 */
export function keepSubscribed(
  bus: MessageBus,
  subscription: SubscriptionOptions,
  handler: MessageHandler,
  options: KeepSubscribedOptions = {},
): Subscription {
  subscriptionSettings(subscription);
  const subscribe = (): Promise<Subscription> => bus.subscribe(subscription, handler, options.many);
  return new KeptSubscription(subscribe, subscription.group, options);
}

class KeptSubscription implements Subscription {
  readonly #timers: Timers;
  readonly #random: () => number;
  readonly #backoff: RetryPolicy;
  readonly #notify: (notice: BusNotice) => void;
  readonly #trying: Promise<void>;
  #current: Subscription | undefined;
  #isPaused = false;
  #isEnded = false;
  #lastError: unknown;
  #closing: Promise<void> | undefined;
  #wakeUp: () => void = () => undefined;

  constructor(
    private readonly subscribe: () => Promise<Subscription>,
    readonly group: string,
    options: KeepSubscribedOptions,
  ) {
    this.#timers = options.timers ?? systemTimers;
    this.#random = options.random ?? Math.random;
    this.#backoff = {
      retries: Number.POSITIVE_INFINITY,
      ...DEFAULT_BACKOFF,
      ...givenOptions(options.backoff ?? {}),
    };
    this.#notify = (notice) => tell(options.onNotice, notice);
    this.#trying = this.#tryUntilSubscribed();
  }

  status(): SubscriptionStatus {
    if (this.#current) return this.#current.status();
    const state = this.#closing || this.#isEnded ? 'closed' : 'unavailable';
    const nothing = { state, inFlight: 0, handled: 0, retried: 0, deadLettered: 0 } as const;
    return this.#lastError === undefined ? nothing : { ...nothing, lastError: this.#lastError };
  }

  pause(): void {
    this.#isPaused = true;
    this.#current?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#current?.resume();
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#isEnded = true;
    this.#wakeUp();
    await this.#trying;
    await this.#current?.close();
  }

  /** Never rejects. */
  async #tryUntilSubscribed(): Promise<void> {
    for (let attempt = 1; !this.#isEnded; attempt++) {
      try {
        this.#current = await this.subscribe();
        if (this.#isPaused) this.#current.pause();
        return;
      } catch (error) {
        this.#lastError = error;
        if (isBusError(error, 'bus-closed')) this.#isEnded = true;
        else await this.#wait(attempt, error);
      }
    }
  }

  #wait(attempt: number, error: unknown): Promise<void> {
    if (this.#isEnded) return Promise.resolve();
    const delay = Math.round(retryDelayOf(this.#backoff, attempt, this.#random));
    this.#notify({ kind: 'trouble', what: `subscribing to ${this.group}; next try in ${delay} ms`, error });
    return new Promise((resolve) => {
      const cancel = this.#timers.after(delay, resolve);
      this.#wakeUp = () => {
        cancel();
        resolve();
      };
    });
  }
}
