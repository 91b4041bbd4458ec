import type { BusNotice } from '../../transport/bus-notice.js';
import type { ConsumerClient } from '../client/consumer-client.js';
import { codeOf } from '../error-codes.js';
import { Code } from '../client/driver.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { deadLetterTopic } from '../names.js';
import type { RocketMqSettings } from '../options.js';
import { HeldMessage } from '../subscription/held-message.js';
import { openConsumer } from '../subscription/subscribe.js';
import { idOf, inOrder } from './dead-letter-of.js';

export interface ReaderOptions {
  /** At the server. */
  readonly group: string;
  readonly settings: RocketMqSettings;
  readonly notify: (notice: BusNotice) => void;
  /** Stores a message among the dead letters once more. */
  readonly storeAgain: (message: ReceivedMessage, id: string) => Promise<void>;
}

const BATCH = 32;
/** Somebody looks for longer than a handler runs. */
const HIDDEN_FOR = 30_000;
const MOST_IN_HAND = 5000;
/** What another reader has given back shows up again within so many milliseconds; on a server that is busy, it takes longer. */
const QUIET = 4_000;
/** So who asks for a certain one has seen it before, as a rule, and waits longer for it, but no longer than until it is there. */
const QUIET_WHEN_SOUGHT = 15_000;
/** Each reading counts as a delivery, and after 16 by default the server would move the message to the reader's own dead letters. */
const STORE_AGAIN_AFTER = 8;

/**
 * The dead letters of one group, in hand: the server can only give messages away, so reading without taking is to hold them for as long as
 * somebody looks, and then to give them back. The reader's group is its own, without order.
 */
export class DeadLetterReader {
  readonly #options: ReaderOptions;
  readonly #held = new Map<string, HeldMessage>();
  /** Retried or discarded: a copy of one of them must not come back as a letter. */
  readonly #taken = new Set<string>();
  readonly #closing = new AbortController();
  #client: ConsumerClient | undefined;
  #hasLooked = false;

  constructor(options: ReaderOptions) {
    const { settings } = options;
    const invisibleDuration = Math.max(settings.invisibleDuration, HIDDEN_FOR);
    this.#options = { ...options, settings: { ...settings, invisibleDuration } };
  }

  /** Oldest first, after asking the server for more. */
  async all(): Promise<readonly ReceivedMessage[]> {
    await this.#fill();
    this.#dropLost();
    return [...this.#held.values()].map(({ message }) => message).sort(inOrder);
  }

  async find(id: string): Promise<HeldMessage | undefined> {
    this.#dropLost();
    if (!this.#held.has(id)) await this.#fill(id);
    return this.#held.get(id);
  }

  /** `false`: somebody else has it. */
  async take(held: HeldMessage): Promise<boolean> {
    const id = idOf(held.message);
    this.#held.delete(id);
    const isTaken = await held.acknowledge();
    if (isTaken) this.#taken.add(id);
    return isTaken;
  }

  /** Gives all back. */
  async close(): Promise<void> {
    this.#closing.abort();
    const left = this.#held.values();
    const giveBack = async (): Promise<void> => {
      // What cannot be given back comes back by itself.
      for (const held of left) await this.#giveBack(held).catch(() => undefined);
    };
    // Thousands at once would keep the server so busy that it gives some of them out again before their turn.
    await Promise.all(Array.from({ length: this.#options.settings.publishConcurrency }, giveBack));
    this.#held.clear();
    await this.#client?.shutdown();
  }

  async #giveBack(held: HeldMessage): Promise<void> {
    const { message } = held;
    // Somebody else may have been given it, and it must not be there twice.
    if (held.signal.aborted) return;
    if (message.attempt < STORE_AGAIN_AFTER) {
      await held.giveBack(0);
    } else {
      await this.#options.storeAgain(message, idOf(message));
      await held.acknowledge();
    }
  }

  async #fill(sought?: string): Promise<void> {
    const client = await this.#open();
    if (!client) return;
    const { pollDuration } = this.#options.settings;
    const topic = deadLetterTopic(this.#options.group);
    const begin = sought === undefined ? QUIET : QUIET_WHEN_SOUGHT;
    const quiet = this.#hasLooked ? pollDuration : Math.max(pollDuration, begin);
    for (let silence = 0; silence < quiet && this.#held.size < MOST_IN_HAND;) {
      const messages = await client.fetch({ topic, max: BATCH, turn: 0 });
      silence = messages.length === 0 ? silence + pollDuration : 0;
      await Promise.all(messages.map((message) => this.#hold(client, message)));
      // There may be more: whoever lists them next has to look.
      if (sought !== undefined && this.#held.has(sought)) return;
    }
    this.#hasLooked = true;
  }

  /** One of each: a letter that came back although it was stored anew is there more than once. */
  async #hold(client: ConsumerClient, message: ReceivedMessage): Promise<void> {
    const { settings, notify } = this.#options;
    const held = new HeldMessage(message, {
      client,
      timers: settings.timers,
      invisibleDuration: settings.invisibleDuration,
      closing: this.#closing.signal,
      onTrouble: (what, error) => notify({ kind: 'trouble', what, error }),
    });
    const id = idOf(message);
    if (this.#taken.has(id) || this.#isCopy(id, message)) await held.acknowledge();
    else this.#held.set(id, held);
  }

  /** What is given out again has the id that it had at the server. */
  #isCopy(id: string, message: ReceivedMessage): boolean {
    const held = this.#held.get(id);
    return held !== undefined && !held.signal.aborted && held.message.id !== message.id;
  }

  #dropLost(): void {
    for (const [id, { signal }] of this.#held) {
      if (signal.aborted) this.#held.delete(id);
    }
  }

  /** Without dead letters there is no such topic. */
  async #open(): Promise<ConsumerClient | undefined> {
    const { group } = this.#options;
    try {
      this.#client ??= await openConsumer(readerGroup(group), [deadLetterTopic(group)], this.#options);
      return this.#client;
    } catch (error) {
      if (codeOf(error) === Code.TOPIC_NOT_FOUND) return undefined;
      throw error;
    }
  }
}

/** Needs the right Sub, as its topic does. */
export function readerGroup(group: string): string {
  return `${group}-dead-letters`;
}
