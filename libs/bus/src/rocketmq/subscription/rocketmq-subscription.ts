import { sleep, type Timers } from '@varve/eventstore';
import type { BusNotice } from '../../transport/bus-notice.js';
import type { Delivering } from '../../transport/delivering.js';
import { retryDelayOf } from '../../transport/retry-policy.js';
import type { Settlement } from '../../transport/settle.js';
import type { Subscription, SubscriptionStatus } from '../../transport/subscription.js';
import type { ConsumerClient } from '../client/consumer-client.js';
import type { ReceivedMessage } from '../client/received-message.js';
import type { RocketMqSettings } from '../options.js';
import { wireFromServer } from '../wire-from-server.js';
import type { DeadLetterFacts } from '../../transport/emulated-dead-letter.js';
import type { GivenUp } from '../dead-letters/send-dead-letter.js';
import { HeldMessage } from './held-message.js';
import { KeyLanes } from './key-lanes.js';
import { Slots } from './slots.js';

export interface RocketMqSubscriptionOptions {
  readonly client: ConsumerClient;
  /** At the server → as the subscriber calls them. */
  readonly topics: ReadonlyMap<string, string>;
  readonly delivering: Delivering;
  readonly settings: RocketMqSettings;
  readonly notify: (notice: BusNotice) => void;
  /** Stores a copy that says why. `false`: the server must forward the message itself. */
  readonly sendDeadLetter: (givenUp: GivenUp) => Promise<boolean>;
  readonly onClosed: () => void;
}

/** The most that the server gives at once. */
const BATCH = 32;
/**
 * Waits up to so many milliseconds are kept in hand: the server's are coarse (one second comes back after four), and a message that is given
 * back lets those behind it pass.
 */
const LONGEST_WAIT_IN_HAND = 5000;
const FETCH_BACKOFF = { retries: Number.POSITIVE_INFINITY, firstDelay: 200, maxDelay: 5000 };

export class RocketMqSubscription implements Subscription {
  readonly group: string;
  readonly #options: RocketMqSubscriptionOptions;
  readonly #timers: Timers;
  readonly #slots: Slots;
  readonly #lanes = new KeyLanes();
  readonly #working = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  readonly #loops: readonly Promise<void>[];
  #failures = 0;
  #closed: Promise<void> | undefined;

  constructor(options: RocketMqSubscriptionOptions) {
    const { delivering, settings, client } = options;
    this.#options = options;
    this.#timers = settings.timers;
    this.group = delivering.settings.group;
    this.#slots = new Slots(delivering.settings.maxInFlight);
    const fetches = client.isOrderly ? Math.min(settings.orderedFetches, delivering.settings.maxInFlight) : 1;
    this.#loops = [...options.topics.keys()].flatMap((topic) =>
      Array.from({ length: fetches }, (_, turn) => this.#fetchAndHandle(topic, turn)),
    );
  }

  status(): SubscriptionStatus {
    return { ...this.#options.delivering.counts, state: this.#state };
  }

  pause(): void {
    this.#slots.pause();
  }

  resume(): void {
    this.#slots.resume();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  get #state(): SubscriptionStatus['state'] {
    if (this.#closed) return 'closed';
    if (this.#slots.isPaused) return 'paused';
    return this.#failures > 0 ? 'unavailable' : 'running';
  }

  #isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Running fetches are awaited: what the server has sent to nobody would be hidden from everybody. */
  async #end(): Promise<void> {
    this.#closing.abort();
    this.#slots.close();
    await Promise.all(this.#loops);
    await Promise.all(this.#working);
    await this.#options.client.shutdown();
    this.#options.onClosed();
  }

  async #fetchAndHandle(topic: string, firstTurn: number): Promise<void> {
    const { client } = this.#options;
    const share = Math.ceil(this.#options.delivering.settings.maxInFlight / this.#options.topics.size);
    const batch = client.isOrderly ? 1 : Math.min(BATCH, share);
    for (let turn = firstTurn; ; turn += 1) {
      const room = await this.#slots.take(batch);
      if (room === 0) return;
      const messages = await this.#fetch(topic, room, turn);
      this.#slots.give(room - messages.length);
      const working = messages.map((message) => this.#work(message));
      // An orderly group fails as a batch, healthy messages with the one that is not: so one at a time, each settled before the next.
      if (client.isOrderly) await Promise.all(working);
    }
  }

  async #fetch(topic: string, max: number, turn: number): Promise<readonly ReceivedMessage[]> {
    const { client, notify } = this.#options;
    const what = `group "${this.group}"`;
    try {
      const messages = await client.fetch({ topic, max, turn });
      if (this.#failures > 0) notify({ kind: 'connected', what });
      this.#failures = 0;
      return messages;
    } catch (error) {
      this.#options.delivering.failed(error);
      this.#failures += 1;
      if (this.#failures === 1) notify({ kind: 'disconnected', what, error });
      const delay = retryDelayOf(FETCH_BACKOFF, Math.min(this.#failures, 10), this.#options.settings.random);
      await sleep(this.#timers, delay, this.#closing.signal);
      return [];
    }
  }

  /** Never rejects. */
  #work(message: ReceivedMessage): Promise<void> {
    const held = new HeldMessage(message, {
      client: this.#options.client,
      timers: this.#timers,
      invisibleDuration: this.#options.settings.invisibleDuration,
      closing: this.#closing.signal,
      onTrouble: (what, error) => this.#options.notify({ kind: 'trouble', what, error }),
    });
    const handle = (): Promise<void> => this.#handle(held);
    const wire = this.#wireOf(message);
    const isInOrder = this.#options.delivering.settings.order === 'key' && wire.key !== undefined;
    const working = (isInOrder ? this.#lanes.run(`${wire.topic} ${wire.key}`, handle) : handle()).finally(
      () => {
        this.#working.delete(working);
        this.#slots.give(1);
      },
    );
    this.#working.add(working);
    return working;
  }

  async #handle(held: HeldMessage): Promise<void> {
    const { delivering } = this.#options;
    const wire = this.#wireOf(held.message);
    await this.#slots.untilResumed();
    if (this.#isClosing()) {
      await held.giveBack(0);
      return;
    }
    for (let attempt = held.message.attempt; ; attempt += 1) {
      const settlement = await delivering.deliver(wire, { attempt, signal: held.signal });
      if (settlement.kind !== 'retry' || !this.#waitsInHand(settlement.delay)) {
        if (await this.#settle(held, settlement, attempt)) delivering.settled(wire, settlement, attempt);
        return;
      }
      delivering.settled(wire, settlement, attempt);
      await sleep(this.#timers, settlement.delay, this.#closing.signal);
      if (held.signal.aborted) return;
      if (this.#isClosing()) {
        await held.giveBack(settlement.delay);
        return;
      }
    }
  }

  /** Given back again and again, a message ends among the dead letters when the group's limit at the server is reached. */
  #waitsInHand(delay: number): boolean {
    if (this.#isClosing()) return false;
    return delay <= LONGEST_WAIT_IN_HAND || this.#options.delivering.settings.onFailure === 'retry-for-ever';
  }

  #settle(held: HeldMessage, settlement: Settlement, attempts: number): Promise<boolean> {
    switch (settlement.kind) {
      case 'acknowledge':
      case 'drop':
        return held.acknowledge();
      case 'retry':
        return held.giveBack(settlement.delay);
      case 'dead-letter':
        return this.#giveUp(held, { ...settlement, group: this.group, attempts, at: new Date() });
    }
  }

  async #giveUp(held: HeldMessage, facts: DeadLetterFacts): Promise<boolean> {
    if (held.signal.aborted) return false;
    const { message } = held;
    const { sendDeadLetter } = this.#options;
    const isStored = await sendDeadLetter({ message, wire: this.#wireOf(message), facts }).catch(() => false);
    return isStored ? held.acknowledge() : held.giveUp();
  }

  #wireOf(message: ReceivedMessage) {
    return { ...wireFromServer(message), topic: this.#options.topics.get(message.topic) ?? message.topic };
  }
}
