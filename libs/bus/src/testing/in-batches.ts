import { encodeWire } from '../message/encode-wire.js';
import type { Message } from '../message/message.js';
import type { BusHealth, BusNotice } from '../transport/bus-notice.js';
import type { DeadLetters } from '../transport/dead-letters.js';
import type { BusCapabilities, MessageBus } from '../transport/message-bus.js';
import type {
  DeliveriesHandler,
  Delivery,
  MessageHandler,
  Subscription,
  SubscriptionOptions,
} from '../transport/subscription.js';

/** A bus that hands over by the batch, made of one that does not. */
export class InBatches implements MessageBus {
  readonly description: string;
  readonly capabilities: BusCapabilities;

  constructor(private readonly bus: MessageBus) {
    this.description = bus.description;
    this.capabilities = bus.capabilities;
  }

  publish(messages: readonly Message[], options?: { readonly signal?: AbortSignal }): Promise<void> {
    return this.bus.publish(messages, options);
  }

  subscribe(
    options: SubscriptionOptions,
    handler: MessageHandler,
    many?: DeliveriesHandler,
  ): Promise<Subscription> {
    return this.bus.subscribe(options, many ? gathered(many) : handler);
  }

  deadLetters(group: string): DeadLetters {
    return this.bus.deadLetters(group);
  }

  health(): Promise<BusHealth> {
    return this.bus.health();
  }

  onNotice(listener: (notice: BusNotice) => void): () => void {
    return this.bus.onNotice(listener);
  }

  close(): Promise<void> {
    return this.bus.close();
  }
}

/** What comes until `later` is over is one batch; as a rule, what comes in one go. */
export function gathered(
  many: DeliveriesHandler,
  later: (handOver: () => void) => void = queueMicrotask,
): MessageHandler {
  let batch: Delivery[] = [];
  const handOver = (): void => {
    const deliveries = batch;
    batch = [];
    try {
      many(deliveries);
    } catch (error) {
      for (const delivery of deliveries) delivery.failed(error);
    }
  };
  return (message, { attempt, signal }) =>
    new Promise((done, failed) => {
      if (batch.length === 0) later(handOver);
      batch.push({ wire: encodeWire(message), attempt, signal, done, failed });
    });
}
