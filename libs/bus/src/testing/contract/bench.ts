import type { Message } from '../../message/message.js';
import type { WireMessage } from '../../message/wire-message.js';
import type { MessageBus } from '../../transport/message-bus.js';
import type { MessageContext, SubscriptionOptions } from '../../transport/subscription.js';
import type { TopicPlan } from '../../transport/topology.js';
import { present, until, within } from './check.js';
import type { BusHarness, OpenedBroker } from './harness.js';
import { Inbox } from './inbox.js';
import { Tray } from './tray.js';

export type Handling = (message: Message, context: MessageContext) => unknown;

export type Listening = Partial<SubscriptionOptions> & { readonly topics: readonly string[] };

/** What a case works with. */
export class BusBench<Bus extends MessageBus = MessageBus> {
  readonly patience: number;
  readonly slowness: number;
  readonly delay: number;
  #bus: Bus | undefined;

  constructor(
    private readonly opened: OpenedBroker<Bus>,
    { patience = 20_000, slowness = 100, delay = 200 }: BusHarness<Bus>,
  ) {
    this.patience = patience;
    this.slowness = slowness;
    this.delay = delay;
  }

  /** The bus of the case. */
  get bus(): Bus {
    this.#bus ??= this.opened.bus();
    return this.#bus;
  }

  /** One more bus on the same broker. */
  another(): Bus {
    return this.opened.bus();
  }

  topic(kind: TopicPlan['kind'] = 'ordered'): Promise<string> {
    return this.opened.topic(kind);
  }

  group(topics: readonly string[], order: 'key' | 'none' = 'key'): Promise<string> {
    return this.opened.group(order, topics);
  }

  unusedName(): string {
    return this.opened.unusedName();
  }

  sendRaw(wire: WireMessage): Promise<void> {
    return present(this.opened.sendRaw?.(wire), 'sendRaw of the harness');
  }

  goDown(): Promise<void> {
    return present(this.opened.goDown?.(), 'goDown of the harness');
  }

  comeBack(): Promise<void> {
    return present(this.opened.comeBack?.(), 'comeBack of the harness');
  }

  /** Subscribes, in a group of its own unless one is named, and notes what comes before `handling` has its way with it. */
  async listen(
    options: Listening,
    handling: Handling = () => undefined,
    bus: MessageBus = this.bus,
  ): Promise<Inbox> {
    const group = options.group ?? (await this.group(options.topics, options.order));
    const inbox = new Inbox(group, handling, this.patience);
    const subscribing = bus.subscribe({ ...options, group }, inbox.handler);
    inbox.subscription = await within(this.patience, subscribing, 'subscribing');
    return inbox;
  }

  /** Subscribes, and keeps what comes until the case settles it. */
  async take(options: Listening, taken: (ids: readonly string[]) => void = () => undefined): Promise<Tray> {
    const group = options.group ?? (await this.group(options.topics, options.order));
    const tray = new Tray(group, taken);
    const subscribing = this.bus.subscribe({ ...options, group }, tray.handler, tray.many);
    tray.subscription = await within(this.patience, subscribing, 'subscribing');
    return tray;
  }

  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    return until(condition, this.patience, () => what);
  }

  soon<T>(promise: Promise<T>, what: string): Promise<T> {
    return within(this.patience, promise, what);
  }
}

export interface NoteOptions {
  readonly key?: string;
  readonly data?: unknown;
}

/** A message whose id tells it apart, with a key of its own unless one is given. */
export function note(topic: string, id: string, options: NoteOptions = {}): Message {
  const { key = `key-${id}`, data = { id } } = options;
  const event = {
    specversion: '1.0',
    id,
    source: '/contract',
    type: 'note.taken',
    datacontenttype: 'application/json',
  } as const;
  return { topic, key, event: { ...event, data } };
}

export function notes(topic: string, count: number, prefix = 'n'): Message[] {
  return names(count, prefix).map((id) => note(topic, id));
}

export function names(count: number, prefix = 'n'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}
