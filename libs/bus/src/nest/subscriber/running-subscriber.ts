import { systemTimers, type StopOptions } from '@varve/eventstore';
import type { BusNotice } from '../../transport/bus-notice.js';
import type { SubscriberHangsError } from '../../transport/errors.js';
import { keepSubscribed } from '../../transport/keep-subscribed.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { Subscription, SubscriptionStatus } from '../../transport/subscription.js';
import { HandlerWatch } from './handler-watch.js';
import type { PreparedSubscriber } from './prepare-subscriber.js';

/** An operator who has mended the broker does not wait longer than this. */
const LONGEST_PAUSE = 5_000;

/** How a `@Subscriber` stands in this process; `closed` also before it is started. */
export interface SubscriberStatus extends SubscriptionStatus {
  readonly subscriber: string;
  readonly group: string;
  readonly topics: readonly string[];
}

export interface SubscriberListeners {
  readonly onNotice: (notice: BusNotice) => void;
  /** Told who takes long with what, as the beginning of a sentence. */
  readonly onSlow: (handling: string) => void;
}

/** A subscriber from its start to its stop, whatever the broker does meanwhile. */
export class RunningSubscriber {
  #running: { readonly subscription: Subscription; readonly watch: HandlerWatch } | undefined;

  constructor(
    private readonly bus: MessageBus,
    readonly prepared: PreparedSubscriber,
    private readonly listeners: SubscriberListeners,
  ) {}

  start(): void {
    if (this.#running) return;
    const { name, options, handler } = this.prepared;
    const { onNotice, onSlow } = this.listeners;
    const watch = new HandlerWatch({ name, onSlow, timers: systemTimers, clock: () => performance.now() });
    const kept = { backoff: { maxDelay: LONGEST_PAUSE }, onNotice };
    this.#running = { watch, subscription: keepSubscribed(this.bus, options, watch.watched(handler), kept) };
  }

  /**
   * Waits for what is being handled.
   *
   * @throws SubscriberHangsError it had not ended after `timeout`, in milliseconds
   */
  async stop({ timeout = Infinity }: StopOptions = {}): Promise<void> {
    if (!this.#running) return;
    const { subscription, watch } = this.#running;
    this.#running = undefined;
    let hung: SubscriberHangsError | undefined;
    const cancel = systemTimers.after(timeout, () => (hung = watch.giveUp()));
    await subscription.close().finally(cancel);
    if (hung) throw hung;
  }

  status(): SubscriberStatus {
    const { name: subscriber, options } = this.prepared;
    const { group, topics } = options;
    return { subscriber, group, topics, ...(this.#running?.subscription.status() ?? NOT_STARTED) };
  }
}

const NOT_STARTED: SubscriptionStatus = {
  state: 'closed',
  inFlight: 0,
  handled: 0,
  retried: 0,
  deadLettered: 0,
};
