// By its default export, which is all that Node is sure to find in a CommonJS package.
import kafkajs, { type Kafka, type KafkaConfig, type RetryOptions, type SASLOptions } from 'kafkajs';
import type { ConnectionOptions } from 'node:tls';
import type { Timers } from '@varve/eventstore';
import { BrokerUnavailableError } from '../../transport/errors.js';
import type { KafkaMessageBusOptions, KafkaSasl, KafkaTls } from '../kafka-options.js';
import { Sockets } from './sockets.js';
import { translateError } from './translate-error.js';
import { within } from '../../transport/within.js';

/** Few: the bus tries again by itself, and a client that is given up on stays alive for as long as kafkajs goes on. */
const CLUSTER_RETRY: RetryOptions = { retries: 2, initialRetryTime: 100, maxRetryTime: 500 };
/** Between a broker's death and its return kafkajs asks it for the metadata; 10 s is its own default for an answer that is not awaited. */
const REQUEST_TIMEOUT = 10_000;
const ABORT_TIMEOUT = 1_000;

export interface KafkajsClientOptions {
  readonly bus: KafkaMessageBusOptions;
  readonly connectTimeout: number;
  readonly timers: Timers;
}

/** One kafkajs client with its own sockets: each producer, consumer and admin has one, and is replaced as a whole when it fails. */
export class KafkajsClient {
  readonly kafka: Kafka;
  readonly #sockets = new Sockets();
  #overheard: unknown;

  constructor(private readonly options: KafkajsClientOptions) {
    this.kafka = new kafkajs.Kafka({
      ...configOf(options, this.#sockets),
      // What matters comes as an error or an event; kafkajs would write the rest to the console.
      logLevel: kafkajs.logLevel.NOTHING,
      logCreator:
        () =>
        ({ log: { error } }) => {
          const cause: unknown = error;
          if (cause instanceof Error && 'type' in cause) this.#overheard = cause;
        },
    });
  }

  get timers(): Timers {
    return this.options.timers;
  }

  /** Does it within the connect time-out, or longer by `extra`; an error is one of this library. */
  async ask<T>(what: string, work: () => Promise<T>, extra = 0): Promise<T> {
    const milliseconds = this.options.connectTimeout + extra;
    const late = (): Error =>
      new BrokerUnavailableError(
        `Kafka did not answer within ${milliseconds} ms: ${what}. Check "brokers", or raise "connectTimeout".`,
      );
    try {
      return await within(this.options.timers, milliseconds, work(), late);
    } catch (error) {
      throw translateError(error, what);
    }
  }

  /**
   * What kafkajs has only logged while it did that. Looking for a group's coordinator it swallows the broker's answer, which may be that
   * the user has no right on the group, and says that there is none.
   */
  async overhear<T>(work: () => Promise<T>): Promise<T> {
    this.kafka.logger().setLogLevel(kafkajs.logLevel.DEBUG);
    this.#overheard = undefined;
    try {
      return await work();
    } finally {
      this.kafka.logger().setLogLevel(kafkajs.logLevel.NOTHING);
    }
  }

  get overheard(): unknown {
    return this.#overheard;
  }

  /** `disconnect` in its own time, or else by force. */
  async end(disconnect: () => Promise<void>, milliseconds: number): Promise<void> {
    const late = (): Error => new Error('The client did not disconnect in time.');
    await within(this.options.timers, milliseconds, disconnect(), late).catch(() => undefined);
    this.#sockets.destroy();
  }

  /** By force at once: what waits for an answer is rejected, and nothing more is sent. */
  async abort(disconnect: () => Promise<void>): Promise<void> {
    this.#sockets.destroy();
    await this.end(disconnect, ABORT_TIMEOUT);
  }

  destroy(): void {
    this.#sockets.destroy();
  }
}

function configOf({ bus, connectTimeout }: KafkajsClientOptions, sockets: Sockets): KafkaConfig {
  const tls = tlsOf(bus.tls);
  return {
    brokers: [...bus.brokers],
    clientId: bus.clientId ?? 'varve',
    connectionTimeout: Math.max(500, Math.floor(connectTimeout / 3)),
    authenticationTimeout: connectTimeout,
    requestTimeout: REQUEST_TIMEOUT,
    enforceRequestTimeout: true,
    retry: CLUSTER_RETRY,
    socketFactory: sockets.factory,
    ...(bus.sasl ? { sasl: saslOf(bus.sasl) } : {}),
    ...(tls === undefined ? {} : { ssl: tls }),
  };
}

/** kafkajs writes into the object that it is given, so that a second client with the same one cannot log in: always a new one. */
function saslOf({ mechanism, username, password }: KafkaSasl): SASLOptions {
  return { mechanism, username, password };
}

function tlsOf(tls: boolean | KafkaTls | undefined): ConnectionOptions | undefined {
  if (tls === undefined || tls === false) return undefined;
  return tls === true ? {} : { ...tls };
}
