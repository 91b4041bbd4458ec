import type { BusNotice } from '../../transport/bus-notice.js';
import { keepSubscribed } from '../../transport/keep-subscribed.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { Subscription, SubscriptionStatus } from '../../transport/subscription.js';
import type { PreparedSubscriber } from './prepare-subscriber.js';

/** An operator who has mended the broker does not wait longer than this. */
const LONGEST_PAUSE = 5_000;

export interface SubscriberStatus extends SubscriptionStatus {
  readonly subscriber: string;
  readonly group: string;
  readonly topics: readonly string[];
}

/** A subscriber from its start to its stop, whatever the broker does meanwhile. */
export class RunningSubscriber {
  #subscription: Subscription | undefined;

  constructor(
    private readonly bus: MessageBus,
    readonly prepared: PreparedSubscriber,
    private readonly onNotice: (notice: BusNotice) => void,
  ) {}

  start(): void {
    const { options, handler } = this.prepared;
    const { onNotice } = this;
    const backoff = { maxDelay: LONGEST_PAUSE };
    this.#subscription ??= keepSubscribed(this.bus, options, handler, { backoff, onNotice });
  }

  /** Waits for what is being handled. */
  async stop(): Promise<void> {
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.close();
  }

  status(): SubscriberStatus {
    const { name: subscriber, options } = this.prepared;
    const { group, topics } = options;
    return { subscriber, group, topics, ...(this.#subscription?.status() ?? NOT_STARTED) };
  }
}

const NOT_STARTED: SubscriptionStatus = {
  state: 'closed',
  inFlight: 0,
  handled: 0,
  retried: 0,
  deadLettered: 0,
};
