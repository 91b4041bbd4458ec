import type { MessageView } from 'rocketmq-client-nodejs';
import type { PreparedMessage } from '../transport/two-phase-bus.js';
import { ProducerClient } from './client/producer-client.js';
import type { EncodedMessage, Outgoing } from './encode-message.js';
import { faultOf } from './error-codes.js';
import { brokerName, messageGroupOf } from './names.js';
import type { RocketMqSettings } from './options.js';
import { assertTakes, sendTypeOf, typeNameOf, type Topic } from './topic-type.js';
import { within } from '../transport/within.js';
import { TimeoutError } from './timeout-error.js';

export interface SenderOptions {
  readonly settings: RocketMqSettings;
  readonly check: (half: MessageView) => Promise<number>;
  readonly onBroken: (error: unknown) => void;
}

export interface Sendable extends EncodedMessage {
  readonly topic: string;
  readonly key: string;
  readonly delay?: number | undefined;
}

/** The bus's one producer, from its first use on. It recovers from outages by itself. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #undeclared = new Set<string>();
  #client: Promise<ProducerClient> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Resolves when the server has confirmed it. */
  async send(message: Sendable): Promise<void> {
    const client = await this.#open();
    const { outgoing } = message;
    switch (sendTypeOf(await this.#topic(message.topic), message.delay)) {
      case 'NORMAL':
        await client.send(outgoing);
        return;
      case 'FIFO':
        await client.send({ ...outgoing, messageGroup: messageGroupOf(message.key) });
        return;
      case 'DELAY':
        // Also "at once" needs a time on such a topic.
        await client.send({ ...outgoing, deliveryTimestamp: new Date(Date.now() + (message.delay ?? 0)) });
        return;
      case 'TRANSACTION':
        await (await this.#sendHalf(client, outgoing)).commit();
    }
  }

  /** To a topic that takes plain messages. Rejects with the driver's error. */
  async sendPlain(outgoing: Outgoing): Promise<void> {
    await (await this.#open()).send(outgoing);
  }

  async sendHalf(message: Sendable): Promise<PreparedMessage> {
    const client = await this.#open();
    assertTakes(await this.#topic(message.topic), 'TRANSACTION', 'a half message needs a topic of type');
    await this.declare([]);
    return this.#sendHalf(client, message.outgoing);
  }

  /** From now on the server asks `check` about half messages of these topics. What could not be declared is declared with the next call. */
  async declare(topics: readonly string[]): Promise<void> {
    for (const topic of topics) this.#undeclared.add(brokerName(topic));
    if (this.#undeclared.size === 0) return;
    const all = [...this.#undeclared];
    const { timers, connectTimeout } = this.#options.settings;
    const client = await this.#open();
    const late = () => new TimeoutError(connectTimeout);
    await within(timers, connectTimeout, client.declare(all), late);
    for (const topic of all) this.#undeclared.delete(topic);
  }

  /** Of a topic as the server calls it; `undefined` when there is none. */
  async typeOf(topic: string): Promise<string | undefined> {
    try {
      return typeNameOf(await (await this.#open()).acceptedTypes(topic));
    } catch (error) {
      if (faultOf(error) === 'unknown-topic') return undefined;
      throw error;
    }
  }

  /** Rejects when the server does not answer. */
  async probe(): Promise<void> {
    await (await this.#open()).probe();
  }

  async close(): Promise<void> {
    await (await this.#client)?.shutdown();
  }

  async #sendHalf(client: ProducerClient, outgoing: Sendable['outgoing']): Promise<PreparedMessage> {
    const transaction = client.beginTransaction();
    await client.send(outgoing, transaction);
    return transaction;
  }

  async #topic(name: string): Promise<Topic> {
    const accepted = await (await this.#open()).acceptedTypes(brokerName(name));
    const { topics } = this.#options.settings;
    return { name, accepted, configured: Object.hasOwn(topics, name) ? topics[name]?.type : undefined };
  }

  #open(): Promise<ProducerClient> {
    this.#client ??= start(this.#options);
    return this.#client;
  }
}

/** Sends nothing yet. */
async function start(options: SenderOptions): Promise<ProducerClient> {
  const client = new ProducerClient(options);
  await client.startup();
  return client;
}
