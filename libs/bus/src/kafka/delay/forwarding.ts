import { sleep, type Timers } from '@varve/eventstore';
import type { WireMessage } from '../../message/wire-message.js';
import type { BusNotice } from '../../transport/bus-notice.js';
import { isBusError } from '../../transport/errors.js';
import { settle, type Settlement } from '../../transport/settle.js';
import type { Delivery } from '../../transport/subscription.js';
import { subscriptionSettings, type SubscriptionSettings } from '../../transport/subscription-settings.js';
import type { Deliveries } from '../consume/deliveries.js';
import type { OutgoingRecord } from '../driver/kafka-driver.js';
import { delayTopics } from './delay-steps.js';
import { onItsWay, readDelayed } from './delayed-record.js';

export interface ForwardingPorts {
  readonly prefix: string;
  readonly publish: (record: OutgoingRecord) => Promise<void>;
  readonly now: () => number;
  readonly timers: Timers;
  readonly random: () => number;
  readonly notify: (notice: BusNotice) => void;
}

/** Takes each delayed message when its step is over and publishes it to the next one, or to where it belongs, before its place is committed. */
export class Forwarding implements Deliveries {
  readonly settings: SubscriptionSettings;
  readonly counts = { inFlight: 0, handled: 0, retried: 0, deadLettered: 0 };

  readonly #stopping = new AbortController();

  constructor(private readonly ports: ForwardingPorts) {
    this.settings = {
      ...subscriptionSettings({
        topics: delayTopics(ports.prefix),
        group: ports.prefix,
        order: 'none',
        onFailure: 'retry-for-ever',
      }),
      // They only wait, as many as the lanes take.
      maxInFlight: Number.MAX_SAFE_INTEGER,
    };
  }

  hand(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      this.#forward(delivery).then(
        () => delivery.done(),
        (error: unknown) => delivery.failed(error),
      );
    }
  }

  settlementOf(error: unknown, attempt: number): Settlement {
    if (isUndeliverable(error)) return { kind: 'dead-letter', reason: 'undeliverable', error };
    return settle({ error, attempt }, this.settings, this.ports.random);
  }

  acknowledged(): void {
    // Where it was forwarded to is where it counts.
  }

  settled({ topic }: WireMessage, settlement: Settlement): void {
    if (settlement.kind !== 'dead-letter') return;
    this.ports.notify({ kind: 'dead-lettered', group: this.settings.group, topic, error: settlement.error });
  }

  failed(): void {
    // The subscription itself says when it has lost its broker.
  }

  /** Ends all waiting. */
  stop(): void {
    this.#stopping.abort(new Error('The bus is closed.'));
  }

  async #forward({ wire, signal }: Delivery): Promise<void> {
    const { now, prefix, publish, timers } = this.ports;
    const { due, stepDue, record } = readDelayed(wire);
    const early = stepDue - now();
    const over = AbortSignal.any([signal, this.#stopping.signal]);
    if (early > 0) await sleep(timers, early, over);
    over.throwIfAborted();
    await publish(onItsWay(prefix, record, due, now()));
  }
}

/** Where it belongs is gone, or is too small for it. */
function isUndeliverable(error: unknown): boolean {
  if (isBusError(error, 'message-too-large')) return true;
  return isBusError(error, 'broker-refused') && 'why' in error && error.why === 'unknown-topic';
}
