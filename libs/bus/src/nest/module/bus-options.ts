import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { shownOption, type LogReader } from '@varve/eventstore';
import type { KafkaMessageBusOptions } from '../../kafka/kafka-options.js';
import type { MemoryMessageBusOptions } from '../../memory/index.js';
import { assertKnownOptions } from '../../message/known-options.js';
import type { TopicNamingOptions } from '../../message/topic-naming.js';
import { assertTopicNamingOptions } from '../../message/topic-naming-options.js';
import type { RocketMqMessageBusOptions } from '../../rocketmq/options.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { MessageBus } from '../../transport/message-bus.js';
import { checkedPublication, type BusPublicationOptions } from '../publication/publication-options.js';
import { DEFAULT_BUS } from './tokens.js';

/** Which bus, by at most one of `bus`, `rocketmq`, `kafka` and `memory`. Without any, the app works and says so once. */
export interface BusOptions {
  /** Any bus. What a function makes, the module closes on shutdown; what was made elsewhere is closed there. */
  readonly bus?: MessageBus | (() => MessageBus | Promise<MessageBus>);
  /** `rocketmq-client-nodejs` is needed for it. */
  readonly rocketmq?: RocketMqMessageBusOptions;
  /** `kafkajs` is needed for it. */
  readonly kafka?: KafkaMessageBusOptions;
  /** Within this process, and gone with it: for tests and for apps that are one process. */
  readonly memory?: MemoryMessageBusOptions;
  /** How topics are called. The same in every app on the bus. */
  readonly topics?: TopicNamingOptions;
  /** Before the name of each subscriber's group, such as `shop-`: several apps of one kind on one broker need groups of their own. Default none. */
  readonly groupPrefix?: string;
  /** Publishes the commits of the log. */
  readonly publication?: BusPublicationOptions;
  /** Logs of other services, from which subscribers get the events of commits that were too large for the bus. */
  readonly logs?: readonly LogReader[];
  /**
   * How long a subscriber's handler is waited for when the app shuts down, in milliseconds. Then its message is not acknowledged and comes
   * again, the log names it, and the app closes; the process ends with code 1. Default 5,000; `Infinity`: however long it takes.
   */
  readonly shutdownTimeout?: number;
  /** `false`: neither subscribers nor publication run by themselves. Default `true`. */
  readonly start?: boolean;
}

interface Names {
  /** Tells several buses of one app apart; also in the tokens. */
  readonly name?: string;
  /** The name of the event store whose log is published and whose events subscribers know. Default: the only store. */
  readonly log?: string;
}

/** What `BusModule.forRoot` takes. */
export interface BusModuleOptions extends BusOptions, Names {}

/** What `BusModule.forRootAsync` takes: a function that makes the options, what it needs, and the names, for which it comes too late. */
export interface BusModuleAsyncOptions extends Names {
  /** Modules that export what `inject` names. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Tokens of what the factory is called with, in this order. Default none. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options, once, while the app starts; a promise is awaited. */
  useFactory(...dependencies: never[]): BusOptions | Promise<BusOptions>;
}

/** What `BusModule.forFeature` takes beside the subscribers. */
export interface SubscriberFeatureOptions {
  /** Modules that export what the classes inject. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /**
   * Topics, named as if after a category, that the feature itself publishes on, such as one for commands: `varve bus setup` creates them, and
   * `varve doctor` misses them.
   */
  readonly publishes?: readonly string[];
  /** Topics, named likewise, for messages with a `delay`, such as one for deadlines: on RocketMQ they are of a type of their own. */
  readonly publishesDelayed?: readonly string[];
}

const BUSES = ['bus', 'rocketmq', 'kafka', 'memory'] as const;

const KNOWN = {
  bus: true,
  rocketmq: true,
  kafka: true,
  memory: true,
  topics: true,
  groupPrefix: true,
  publication: true,
  logs: true,
  shutdownTimeout: true,
  start: 'boolean',
} as const;
const KNOWN_NAMES = { name: 'string', log: 'string' } as const;
const KNOWN_ASYNC = { ...KNOWN_NAMES, imports: 'array', inject: 'array', useFactory: 'function' } as const;

/** @throws InvalidBusOptionsError names the option */
export function assertModuleOptions(options: BusModuleOptions): void {
  assertKnownOptions<BusModuleOptions>('BusModule', options, { ...KNOWN, ...KNOWN_NAMES });
}

/** @throws InvalidBusOptionsError names the option */
export function assertAsyncOptions(options: BusModuleAsyncOptions): void {
  assertKnownOptions<BusModuleAsyncOptions>('BusModule', options, KNOWN_ASYNC);
  if (typeof options.useFactory !== 'function') throw invalid('useFactory', 'is missing', 'Give a function');
}

/** @throws InvalidBusOptionsError names the option */
export function checkedOptions(options: BusOptions): BusOptions {
  assertKnownOptions<BusOptions>('BusModule', options, KNOWN);
  assertOneBus(options);
  const { topics, groupPrefix, logs, publication, shutdownTimeout } = options;
  if (topics !== undefined && !isObject(topics))
    throw invalid('topics', `is ${shownOption(topics)}`, 'Give an object with prefix, topics or both');
  if (topics !== undefined) assertTopicNamingOptions(topics, 'topics');
  if (groupPrefix !== undefined && typeof groupPrefix !== 'string')
    throw invalid('groupPrefix', `is ${shownOption(groupPrefix)}`, 'Give a text');
  if (logs !== undefined && !Array.isArray(logs)) throw invalid('logs', 'is no array', 'Give an array');
  if (shutdownTimeout !== undefined && !(typeof shutdownTimeout === 'number' && shutdownTimeout >= 0))
    throw invalid('shutdownTimeout', `is ${shownOption(shutdownTimeout)}`, 'Give milliseconds, or Infinity');
  if (publication !== undefined) checkedPublication(publication);
  return options;
}

function assertOneBus(options: BusOptions): void {
  const [one, other] = BUSES.filter((kind) => options[kind] !== undefined);
  if (one !== undefined && other !== undefined)
    throw invalid(
      other,
      `is given together with ${one}`,
      'Give one of them; several buses are several modules',
    );
  const { bus } = options;
  const isBus = typeof bus === 'function' || (isObject(bus) && typeof bus['publish'] === 'function');
  if (bus !== undefined && !isBus)
    throw invalid('bus', 'is no message bus', 'Give one, or a function that makes one');
  for (const kind of ['rocketmq', 'kafka', 'memory'] as const) {
    if (options[kind] !== undefined && !isObject(options[kind]))
      throw invalid(kind, 'is no object', 'Give an object with its options');
  }
}

/** @throws InvalidBusOptionsError the name is no text */
export function checkedName(name: string = DEFAULT_BUS): string {
  if (typeof name === 'string' && name !== '') return name;
  throw invalid('name', `is ${shownOption(name)}`, 'Give a text, or leave it out for the only bus');
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function invalid(option: string, problem: string, remedy: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(option, `Option ${option} of BusModule ${problem}. ${remedy}.`);
}
