import type { BrokenTwin } from '@varve/eventstore/testing';
import type { MemoryBrokerOptions, MemoryMessageBus } from '../../memory/index.js';
import type { Message } from '../../message/message.js';
import type { BusHealth, BusNotice } from '../../transport/bus-notice.js';
import type { DeadLetters } from '../../transport/dead-letters.js';
import type { BusCapabilities } from '../../transport/message-bus.js';
import type { MessageHandler, Subscription, SubscriptionOptions } from '../../transport/subscription.js';
import type { BusAdministration, BusTopology } from '../../transport/topology.js';
import type { CheckBack, TwoPhaseBus } from '../../transport/two-phase-bus.js';
import type { BusHarness } from '../contract/harness.js';
import { memoryBusHarness } from '../memory-bus-harness.js';

type Bus = TwoPhaseBus & BusAdministration;

/** A bus with one thing wrong, and the rules of the contracts that have to notice it. */
export type BusTwin = BrokenTwin<BusHarness<TwoPhaseBus>>;

/** What a twin does otherwise than the bus within the process. */
export type Overrides = (bus: MemoryMessageBus) => Partial<Bus>;

export function brokenBus(
  name: string,
  fails: readonly (string | RegExp)[],
  overrides: Overrides,
  broker: MemoryBrokerOptions = {},
): BusTwin {
  const wrap = (bus: MemoryMessageBus): Bus => Object.assign(new Unchanged(bus), overrides(bus));
  return {
    name,
    fails,
    harness: { ...memoryBusHarness({ broker, wrap }), slowness: 100, delay: 100 },
  };
}

class Unchanged implements Bus {
  readonly description: string;
  readonly capabilities: BusCapabilities;

  constructor(private readonly bus: MemoryMessageBus) {
    this.description = bus.description;
    this.capabilities = bus.capabilities;
  }

  publish(messages: readonly Message[], options?: { readonly signal?: AbortSignal }) {
    return this.bus.publish(messages, options);
  }

  subscribe(options: SubscriptionOptions, handler: MessageHandler): Promise<Subscription> {
    return this.bus.subscribe(options, handler);
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

  prepare(message: Message) {
    return this.bus.prepare(message);
  }

  onCheck(topics: readonly string[], answer: CheckBack): Promise<void> {
    return this.bus.onCheck(topics, answer);
  }

  setup(topology: BusTopology) {
    return this.bus.setup(topology);
  }

  inspect(topology: BusTopology) {
    return this.bus.inspect(topology);
  }
}

export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** Subscribes with other options. */
export function withOptions(
  change: (options: SubscriptionOptions) => Partial<SubscriptionOptions>,
): Overrides {
  return (bus) => ({
    subscribe: (options, handler) => bus.subscribe({ ...options, ...change(options) }, handler),
  });
}

/** Subscribes with another handler. */
export function withHandler(change: (handler: MessageHandler) => MessageHandler): Overrides {
  return (bus) => ({ subscribe: (options, handler) => bus.subscribe(options, change(handler)) });
}

export function bound(inner: Subscription): Subscription {
  return {
    group: inner.group,
    status: () => inner.status(),
    pause: () => inner.pause(),
    resume: () => inner.resume(),
    close: () => inner.close(),
  };
}

/** Gives out subscriptions that do something otherwise. */
export function withSubscription(
  change: (inner: Subscription, bus: MemoryMessageBus) => Partial<Subscription>,
): Overrides {
  return (bus) => ({
    async subscribe(options, handler) {
      const inner = await bus.subscribe(options, handler);
      return { ...bound(inner), ...change(inner, bus) };
    },
  });
}

/** What `bus` says, changed before its listener hears it. */
export function withDeadLetters(change: (inner: DeadLetters) => Partial<DeadLetters>): Overrides {
  return (bus) => ({
    deadLetters(group) {
      const inner = bus.deadLetters(group);
      return {
        list: (page) => inner.list(page),
        find: (id) => inner.find(id),
        retry: (id) => inner.retry(id),
        discard: (id) => inner.discard(id),
        ...change(inner),
      };
    },
  });
}

/** Does `otherwise` instead of throwing an error of that code. */
export async function insteadOf<T>(
  code: string,
  work: Promise<T>,
  otherwise: () => Promise<T> | T,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return otherwise();
    throw error;
  }
}
