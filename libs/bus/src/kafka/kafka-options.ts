import { shownOption, type Timers } from '@varve/eventstore';
import { InvalidBusOptionsError } from '../transport/errors.js';
import { assertKnownOptions } from '../message/known-options.js';

/** What a `KafkaMessageBus` is made of. Only `brokers` is needed. */
export interface KafkaMessageBusOptions {
  /** `host:port`, at least one; the others are found through it. */
  readonly brokers: readonly string[];
  /** Default `varve`. */
  readonly clientId?: string;
  /** Who this client is, where the brokers ask for that. Default: they do not. */
  readonly sasl?: KafkaSasl;
  /** `true` trusts the certificates that Node trusts. */
  readonly tls?: boolean | KafkaTls;
  /**
   * How CloudEvents travel: all in the body, or the attributes in headers, where other tools see them. Both are read. Default `structured`:
   * kafkajs takes three to four times as long for the headers.
   */
  readonly mode?: 'binary' | 'structured';
  /** The largest message, key and headers included; at most what the topics' `max.message.bytes` allow. Default 1,000,000. */
  readonly maxBytes?: number;
  /** Milliseconds until a broker that does not answer is given up on. Default 5,000. */
  readonly connectTimeout?: number;
  /** Milliseconds for which `publish` tries through an outage of a broker that it has reached before. Default 30,000. */
  readonly publishTimeout?: number;
  /** Milliseconds after which the broker gives the partitions of a silent member to others. Default 10,000. */
  readonly sessionTimeout?: number;
  /** Milliseconds until the running handlers of a subscription that is closed are told to stop. Default 30,000. */
  readonly drainTimeout?: number;
  /** Of a topic that `setup` creates and whose plan does not say it. Default 6. */
  readonly partitions?: number;
  /** Of topics that this bus creates. Default: 3, or the number of brokers if that is less. */
  readonly replicationFactor?: number;
  /** Takes delayed messages and forwards those that are due, through topics named with this prefix. Without it the bus delays nothing. */
  readonly delay?: KafkaDelay;
  /** What it waits by: for answers, delays and retries. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** The time of day: when a delayed message is due, and when a dead letter was given up. */
  readonly clock?: () => Date;
}

/** A user of the brokers. Neither name nor password may be empty. */
export interface KafkaSasl {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
}

/** PEM texts. */
export interface KafkaTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** Where messages wait that are to come later: topics that this library fills and reads. */
export interface KafkaDelay {
  /** Default `varve-delayed`. */
  readonly topicPrefix?: string;
}

const BUS = 'the Kafka bus';
const KNOWN = {
  brokers: true,
  clientId: 'string',
  sasl: true,
  tls: true,
  mode: true,
  maxBytes: true,
  connectTimeout: true,
  publishTimeout: true,
  sessionTimeout: true,
  drainTimeout: true,
  partitions: true,
  replicationFactor: true,
  delay: true,
  timers: 'object',
  random: 'function',
  clock: 'function',
} as const;
const KNOWN_SASL = { mechanism: true, username: true, password: true } as const;
const KNOWN_TLS = { ca: true, cert: true, key: true, passphrase: true, servername: true } as const;
const NUMBERS = {
  maxBytes: [1_024, 1_000_000_000],
  connectTimeout: [100, 600_000],
  publishTimeout: [100, 3_600_000],
  sessionTimeout: [1_000, 1_800_000],
  drainTimeout: [0, 3_600_000],
  partitions: [1, 10_000],
  replicationFactor: [1, 32_767],
} as const;

/** @throws InvalidBusOptionsError */
export function checkKafkaOptions(options: KafkaMessageBusOptions): void {
  assertKnownOptions<KafkaMessageBusOptions>(BUS, options, KNOWN);
  const { brokers, sasl, tls, delay, mode } = options;
  if (!Array.isArray(brokers) || brokers.length === 0 || !brokers.every(isAddress)) {
    throw invalid('brokers', brokers, 'Name at least one broker as "host:port".');
  }
  for (const [option, [least, most]] of Object.entries(NUMBERS)) {
    const value = options[option as keyof typeof NUMBERS];
    if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) continue;
    throw invalid(option, value, `Use a whole number from ${least} to ${most}.`);
  }
  if (mode !== undefined && !['binary', 'structured'].includes(mode)) {
    throw invalid('mode', mode, 'Use "binary" or "structured".');
  }
  if (sasl !== undefined) checkSasl(sasl);
  if (tls !== undefined && typeof tls !== 'boolean') assertKnownOptions<KafkaTls>(BUS, tls, KNOWN_TLS, 'tls');
  if (delay !== undefined) assertKnownOptions<KafkaDelay>(BUS, delay, { topicPrefix: true }, 'delay');
}

function checkSasl(sasl: KafkaSasl): void {
  assertKnownOptions<KafkaSasl>(BUS, sasl, KNOWN_SASL, 'sasl');
  const { mechanism, username, password } = sasl;
  if (!['plain', 'scram-sha-256', 'scram-sha-512'].includes(mechanism)) {
    throw invalid('sasl.mechanism', mechanism, 'Use "plain", "scram-sha-256" or "scram-sha-512".');
  }
  if (username === '') throw invalid('sasl.username', username, 'Name the user.');
  if (password === '') throw new InvalidBusOptionsError('sasl.password', '"sasl.password" is empty.');
}

function isAddress(broker: unknown): boolean {
  return typeof broker === 'string' && /^.+:\d{1,5}$/.test(broker);
}

function invalid(option: string, value: unknown, whatToDo: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `"${option}" of ${BUS} is ${shownOption(value)}. ${whatToDo}`);
}
