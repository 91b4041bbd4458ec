import { messageOf, sleep, type Timers } from '@varve/eventstore';
import { BrokerUnavailableError, isBusError, PublishNotConfirmedError } from '../../transport/errors.js';
import type { BusNotice } from '../../transport/bus-notice.js';
import type { KafkaProducer, OutgoingRecord } from '../driver/kafka-driver.js';

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

export interface ReliableProducerOptions {
  readonly connect: () => KafkaProducer;
  /** Milliseconds for an outage of a broker that has confirmed something before; the other one until then. */
  readonly publishTimeout: number;
  readonly connectTimeout: number;
  readonly timers: Timers;
  readonly notify: (notice: BusNotice) => void;
}

/**
 * A producer that is replaced whenever it fails. Its successor has another producer id, so that a record that did arrive comes twice,
 * where kafkajs, taking the sequence numbers of the failed send again for other records, would have them dropped as a repetition.
 */
export class ReliableProducer {
  readonly #closing = new AbortController();
  #producer: KafkaProducer | undefined;
  #isConnected = false;
  #hasConfirmed = false;
  #failure: unknown;

  constructor(private readonly options: ReliableProducerOptions) {}

  /** One at a time. Tries again, in the time allowed, as long as the error says that it may pass. */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const { timers, publishTimeout, connectTimeout } = this.options;
    const expired = new AbortController();
    const cancel = timers.after(this.#hasConfirmed ? publishTimeout : connectTimeout, () => expired.abort());
    const over = AbortSignal.any([expired.signal, this.#closing.signal]);
    try {
      for (let delay = FIRST_PAUSE; ; delay = Math.min(LONGEST_PAUSE, 2 * delay)) {
        const error = await this.#try(records, over);
        if (error === undefined) return;
        if (isRetryable(error)) await sleep(timers, delay, over);
        if (this.#closing.signal.aborted) throw closed(error);
        if (over.aborted || !isRetryable(error)) throw error;
      }
    } finally {
      cancel();
    }
  }

  /** Sends nothing more; what is under way is rejected. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#replace();
  }

  /** What went wrong, or nothing. */
  async #try(records: readonly OutgoingRecord[], over: AbortSignal): Promise<Error | undefined> {
    try {
      await untilOver(this.#sendOnce(records), over, () => this.#late());
      return undefined;
    } catch (error) {
      this.#lost(error);
      await this.#replace();
      return error instanceof Error ? error : new Error(messageOf(error), { cause: error });
    }
  }

  async #sendOnce(records: readonly OutgoingRecord[]): Promise<void> {
    const producer = this.#producer ?? this.options.connect();
    if (!this.#producer) {
      this.#producer = producer;
      await producer.connect();
      this.#isConnected = true;
      this.#failure = undefined;
      this.options.notify({ kind: 'connected', what: 'producer' });
    }
    await producer.send(records);
    this.#hasConfirmed = true;
  }

  #late(): Error {
    if (this.#isConnected) {
      return new PublishNotConfirmedError(
        'Kafka has not confirmed in time. Publish it again: it may have arrived.',
      );
    }
    return new BrokerUnavailableError('Kafka cannot be reached. Check "brokers", or try again.');
  }

  #lost(error: unknown): void {
    if (this.#failure === undefined && isBusError(error) && error.retryable) {
      this.#failure = error;
      this.options.notify({ kind: 'disconnected', what: 'producer', error });
    }
  }

  async #replace(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    this.#isConnected = false;
    await producer?.close();
  }
}

function closed(cause: Error): Error {
  const message = 'The bus was closed before Kafka had confirmed it. Publish it again: it may have arrived.';
  return new PublishNotConfirmedError(message, { cause });
}

function isRetryable(error: Error): boolean {
  return isBusError(error) && error.retryable;
}

function untilOver<T>(work: Promise<T>, over: AbortSignal, lateError: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(lateError());
    if (over.aborted) late();
    over.addEventListener('abort', late, { once: true });
    work.then(resolve, reject).finally(() => over.removeEventListener('abort', late));
  });
}
