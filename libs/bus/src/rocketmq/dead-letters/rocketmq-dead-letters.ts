import type { Timers } from '@varve/eventstore';
import type { DeadLetter, DeadLetters } from '../../transport/dead-letters.js';
import { BrokerRefusedError, InvalidBusOptionsError } from '../../transport/errors.js';
import type { ReceivedMessage } from '../client/received-message.js';
import { encodeOutgoing } from '../encode-message.js';
import type { Sendable } from '../sender.js';
import { deadLetterOf } from './dead-letter-of.js';
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

/** One call after the other, all on one reader for as long as they follow each other. */
export class RocketMqDeadLetters implements DeadLetters {
  readonly #options: RocketMqDeadLettersOptions;
  #reader: DeadLetterReader | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #cancelEnd: () => void = () => undefined;

  constructor(options: RocketMqDeadLettersOptions) {
    this.#options = options;
  }

  async list({ after, limit = 100 }: { after?: string; limit?: number } = {}): Promise<
    readonly DeadLetter[]
  > {
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000) {
      throw new InvalidBusOptionsError('limit', `"limit" is ${limit}. Use a whole number from 1 to 1000.`);
    }
    return this.#looking(async (reader) => {
      const all = (await reader.all()).map((message) => deadLetterOf(message, this.#options.group));
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
      return all.slice(from, from + limit);
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
