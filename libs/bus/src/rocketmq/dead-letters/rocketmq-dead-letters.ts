import type { Timers } from '@varve/eventstore';
import { deadLetterPage, unknownPlace, type DeadLetterPage } from '../../transport/dead-letter-page.js';
import type { DeadLetter, DeadLetters } from '../../transport/dead-letters.js';
import { BrokerRefusedError } from '../../transport/errors.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { encodeOutgoing } from '../encode-message.js';
import type { Sendable } from '../sender.js';
import { deadLetterOf, idOf, inOrder, type Place } from './dead-letter-of.js';
import type { DeadLetterReader } from './reader.js';
import { toolsOf } from './send-dead-letter.js';

export interface RocketMqDeadLettersOptions {
  readonly group: string;
  readonly timers: Timers;
  readonly openReader: () => DeadLetterReader;
  readonly publish: (message: Sendable) => Promise<void>;
  /** With the bus's own errors. */
  readonly run: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

/** Milliseconds after the last call until everything is given back. */
const LOOKING = 10_000;
/** Ends of pages that are known when their letters are gone. */
const MOST_PLACES = 1_000;

/** One call after the other, all on one reader for as long as they follow each other. */
export class RocketMqDeadLetters implements DeadLetters {
  readonly #options: RocketMqDeadLettersOptions;
  readonly #places = new Map<string, Place>();
  #reader: DeadLetterReader | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #cancelEnd: () => void = () => undefined;

  constructor(options: RocketMqDeadLettersOptions) {
    this.#options = options;
  }

  async list(options?: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const { after, limit } = deadLetterPage(options);
    return this.#looking(async (reader) => {
      const all = await reader.all();
      const rest = after === undefined ? all : this.#behind(after, all);
      const page = rest.slice(0, limit);
      this.#remember(page.at(-1));
      return page.map((message) => deadLetterOf(message, this.#options.group));
    });
  }

  async find(id: string): Promise<DeadLetter | undefined> {
    return this.#looking(async (reader) => {
      const held = await reader.find(id);
      return held && deadLetterOf(held.message, this.#options.group);
    });
  }

  async retry(id: string): Promise<boolean> {
    return this.#looking(async (reader) => {
      const held = await reader.find(id);
      if (!held) return false;
      const { message } = held;
      await this.#options.publish(sendableOf(message, deadLetterOf(message, this.#options.group)));
      await reader.take(held);
      return true;
    });
  }

  async discard(id: string): Promise<boolean> {
    return this.#looking(async (reader) => {
      const held = await reader.find(id);
      return held ? reader.take(held) : false;
    });
  }

  async close(): Promise<void> {
    await this.#inTurn(() => this.#end());
  }

  #behind(after: string, all: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
    const place = all.find((message) => idOf(message) === after) ?? this.#places.get(after);
    if (!place) throw unknownPlace(after);
    return all.filter((message) => idOf(message) !== after && inOrder(message, place) > 0);
  }

  /** The server keeps no trace of what was taken away. */
  #remember(last: Place | undefined): void {
    if (!last) return;
    const { id, properties, bornAt } = last;
    this.#places.delete(idOf(last));
    this.#places.set(idOf(last), { id, properties, bornAt });
    const [oldest] = this.#places.keys();
    if (oldest !== undefined && this.#places.size > MOST_PLACES) this.#places.delete(oldest);
  }

  #looking<Result>(look: (reader: DeadLetterReader) => Promise<Result>): Promise<Result> {
    return this.#inTurn(async () => {
      this.#cancelEnd();
      this.#reader ??= this.#options.openReader();
      try {
        const reader = this.#reader;
        return await this.#options.run(() => look(reader));
      } finally {
        this.#cancelEnd = this.#options.timers.after(LOOKING, () => void this.close());
      }
    });
  }

  async #end(): Promise<void> {
    this.#cancelEnd();
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

function sendableOf(message: ReceivedMessage, { id, raw }: DeadLetter): Sendable {
  const { topic, key = id } = raw;
  if (topic === message.topic) {
    throw new BrokerRefusedError(
      'other',
      `Dead letter ${id} does not say which topic it came from, since the server moved it there itself. Publish it by hand, then discard it.`,
    );
  }
  const { outgoing, bytes } = encodeOutgoing(raw);
  return { topic, key, bytes, outgoing: { ...outgoing, ...toolsOf(message) } };
}
