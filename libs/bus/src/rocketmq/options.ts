import { shownOption, systemTimers, type Timers } from '@varve/eventstore';
import { InvalidBusOptionsError } from '../transport/errors.js';
import { assertKnownOptions } from '../message/known-options.js';

/** What a topic was created for at the server: a message of another kind is refused there. */
export type RocketMqTopicType = 'NORMAL' | 'FIFO' | 'DELAY' | 'TRANSACTION';

/** Whom the server takes this client for. `securityToken` is for credentials that are given for a time. */
export interface RocketMqCredentials {
  readonly accessKey: string;
  readonly accessSecret: string;
  readonly securityToken?: string;
}

/** Texts in PEM. Without `ca` the authorities that gRPC knows: Node's, or those of GRPC_DEFAULT_SSL_ROOTS_FILE_PATH. */
export interface RocketMqTls {
  readonly ca?: string | Uint8Array;
  /** The client's own, where the server asks for one. */
  readonly certificate?: string | Uint8Array;
  readonly key?: string | Uint8Array;
}

/** What a `RocketMqMessageBus` is made of. Only `endpoints` is needed. */
export interface RocketMqMessageBusOptions {
  /** Of the gRPC proxy: `host:port`, several separated by `;`. */
  readonly endpoints: string;
  /**
   * The types that topics must have at the server. Without, the server's word is taken; with them, a topic of another type is refused, and
   * `capabilities.ordering` is `lane` when all of them are FIFO.
   */
  readonly topics?: Readonly<Record<string, { readonly type: RocketMqTopicType }>>;
  /** Of ACL 2.0. A function is asked for every request, so that a rotated secret is taken over without a restart. */
  readonly credentials?: RocketMqCredentials | (() => RocketMqCredentials);
  /** Whether the connection to the proxy is encrypted, and what it trusts; `true` is `{}`. Default `false`. */
  readonly tls?: boolean | RocketMqTls;
  /** Milliseconds until a first use that finds no server, or no answer, rejects; default 15,000. */
  readonly connectTimeout?: number;
  /** Milliseconds for one request; default 3,000, at least 1,000. */
  readonly requestTimeout?: number;
  /**
   * Milliseconds that the server holds a fetch that finds nothing; default 5,000, which is the least that a server takes by default, at most
   * 20,000. `close()` waits for the running ones: what an abandoned one fetches is invisible to everybody for `invisibleDuration`.
   */
  readonly pollDuration?: number;
  /**
   * Milliseconds until a message whose consumer died is given to another; default 30,000, at least the server's minimum (10,000 by default).
   * Renewed at a third of it for as long as a handler runs.
   */
  readonly invisibleDuration?: number;
  /** Bytes of a message with its headers; default 1 MiB. The server takes less than 4 MiB. */
  readonly maxBytes?: number;
  /** Messages that are on their way to the server at the same time; default 64. */
  readonly publishConcurrency?: number;
  /** Fetches at the same time from an orderly group, each of one message; default 16, never more than `maxInFlight`. */
  readonly orderedFetches?: number;
  /** Of a broker's remoting protocol, `host:port` (10911 by default), several separated by `;`: for `setup`, `inspect` and `startFrom`. */
  readonly adminAddress?: string;
  /** The brokers' remoting protocol has certificates of its own, by default made up at the broker's start, so that nobody can verify them. */
  readonly adminTls?: boolean | (RocketMqTls & { readonly verify?: boolean });
  /** What it waits by: for answers, and before it tries again. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
}

/** The options with every default filled in. */
export interface RocketMqSettings extends Omit<
  Required<RocketMqMessageBusOptions>,
  'credentials' | 'tls' | 'adminAddress' | 'adminTls'
> {
  readonly credentials: (() => RocketMqCredentials) | undefined;
  readonly tls: RocketMqTls | undefined;
  readonly adminAddresses: readonly string[];
  readonly adminTls: (RocketMqTls & { readonly verify?: boolean }) | undefined;
}

const BUS = 'the RocketMQ bus';
const KNOWN = {
  endpoints: true,
  topics: 'object',
  credentials: true,
  tls: true,
  connectTimeout: true,
  requestTimeout: true,
  pollDuration: true,
  invisibleDuration: true,
  maxBytes: true,
  publishConcurrency: true,
  orderedFetches: true,
  adminAddress: true,
  adminTls: true,
  timers: 'object',
  random: 'function',
} as const;
const KNOWN_CREDENTIALS = { accessKey: true, accessSecret: true, securityToken: true } as const;
const KNOWN_TLS = { ca: true, certificate: true, key: true } as const;

/** @throws InvalidBusOptionsError naming the first option that is none */
export function rocketMqSettings(options: RocketMqMessageBusOptions): RocketMqSettings {
  assertKnown(options);
  const { credentials, tls, adminAddress } = options;
  const settings: RocketMqSettings = {
    endpoints: options.endpoints,
    topics: options.topics ?? {},
    credentials: typeof credentials === 'function' ? credentials : credentials && (() => credentials),
    tls: tls === true ? {} : tls || undefined,
    connectTimeout: options.connectTimeout ?? 15_000,
    requestTimeout: options.requestTimeout ?? 3000,
    pollDuration: options.pollDuration ?? 5000,
    invisibleDuration: options.invisibleDuration ?? 30_000,
    maxBytes: options.maxBytes ?? 1024 * 1024,
    publishConcurrency: options.publishConcurrency ?? 64,
    orderedFetches: options.orderedFetches ?? 16,
    adminAddresses: addresses('adminAddress', adminAddress ?? ''),
    adminTls: options.adminTls === true ? {} : options.adminTls || undefined,
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
  };
  if (addresses('endpoints', settings.endpoints).length === 0)
    throw invalid('endpoints', settings.endpoints, 'Give the gRPC proxy\'s "host:port".');
  assertWhole(settings, 'connectTimeout', 1);
  assertWhole(settings, 'requestTimeout', 1000);
  assertWhole(settings, 'pollDuration', 100, 20_000);
  assertWhole(settings, 'invisibleDuration', 1000, 12 * 60 * 60_000);
  assertWhole(settings, 'maxBytes', 1, 4 * 1024 * 1024 - 1);
  assertWhole(settings, 'publishConcurrency', 1);
  assertWhole(settings, 'orderedFetches', 1);
  assertTypes(settings.topics);
  return settings;
}

function assertKnown(options: RocketMqMessageBusOptions): void {
  assertKnownOptions<RocketMqMessageBusOptions>(BUS, options, KNOWN);
  const { credentials, tls, adminTls } = options;
  if (credentials !== undefined && typeof credentials !== 'function')
    assertKnownOptions<RocketMqCredentials>(BUS, credentials, KNOWN_CREDENTIALS, 'credentials');
  if (tls !== undefined && typeof tls !== 'boolean')
    assertKnownOptions<RocketMqTls>(BUS, tls, KNOWN_TLS, 'tls');
  if (adminTls !== undefined && typeof adminTls !== 'boolean')
    assertKnownOptions<RocketMqTls & { verify: boolean }>(
      BUS,
      adminTls,
      { ...KNOWN_TLS, verify: true },
      'adminTls',
    );
}

function addresses(option: string, text: unknown): readonly string[] {
  if (typeof text !== 'string') throw invalid(option, text, 'Give "host:port", several separated by ";".');
  const all = text.split(';').map((address) => address.trim());
  const isWrong = (address: string): boolean => !/^[^\s:]+:\d{1,5}$/u.test(address);
  if (text !== '' && all.some(isWrong))
    throw invalid(option, text, 'Give "host:port", several separated by ";".');
  return text === '' ? [] : all;
}

type NumberOption =
  | 'connectTimeout'
  | 'requestTimeout'
  | 'pollDuration'
  | 'invisibleDuration'
  | 'maxBytes'
  | 'publishConcurrency'
  | 'orderedFetches';

function assertWhole(
  settings: RocketMqSettings,
  option: NumberOption,
  least: number,
  most = 2 ** 31 - 1,
): void {
  const value = settings[option];
  if (Number.isSafeInteger(value) && value >= least && value <= most) return;
  throw invalid(option, value, `Use a whole number from ${least} to ${most}.`);
}

const types: ReadonlySet<unknown> = new Set<RocketMqTopicType>(['NORMAL', 'FIFO', 'DELAY', 'TRANSACTION']);

function assertTypes(topics: RocketMqSettings['topics']): void {
  for (const [topic, plan] of Object.entries(topics)) {
    if (!types.has((plan as { type?: unknown } | undefined)?.type))
      throw invalid(`topics.${topic}`, plan, 'Use { type: "NORMAL" | "FIFO" | "DELAY" | "TRANSACTION" }.');
  }
}

function invalid(option: string, value: unknown, whatToDo: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `"${option}" of ${BUS} is ${shownOption(value)}. ${whatToDo}`);
}
