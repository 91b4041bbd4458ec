import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { InvalidOptionsError } from '../../log/errors.js';
import type { EventStore } from '../../log/event-store.js';
import { assertKnownOptions, shownOption } from '../../log/known-options.js';
import type { SnapshotStore } from '../../log/snapshot-store.js';
import type { EventClass } from '../../schema/event-class.js';
import type { EventDefinition } from '../../schema/event-definition.js';
import type { EventRegistryOptions } from '../../schema/event-registry.js';
import type { MongoEventStoreOptions } from '../../mongodb/options.js';
import type { SqliteEventStoreOptions } from '../../sqlite/index.js';
import { aggregateOptionsOf, type AggregateClass } from '../aggregate/aggregate.decorator.js';
import { DEFAULT_STORE } from './tokens.js';

/** Where the log is, by exactly one of `sqlite`, `mongodb` and `store`, and the events that this app knows. */
export interface EventStoreOptions extends EventRegistryOptions {
  /** Opens the embedded store; `better-sqlite3` is needed for it. */
  readonly sqlite?: SqliteEventStoreOptions;
  /** Connects to a log in MongoDB; the package `mongodb` is needed for it. A `client` that is given stays open on shutdown. */
  readonly mongodb?: MongoEventStoreOptions;
  /**
   * Any other store. What a function opens, the module closes on shutdown, as it does for `sqlite` and `mongodb`; a store that was opened
   * elsewhere is closed there.
   */
  readonly store?: EventStore | (() => EventStore | Promise<EventStore>);
  /** Where snapshots go. The store itself by default, if it can keep them. */
  readonly snapshotStore?: SnapshotStore;
  /** Classes and definitions beside those that the aggregates refer to with `@When`, which are known already. */
  readonly events?: readonly (EventClass | EventDefinition)[];
  /** Whether appended events of registered classes also go to the app's `EventBus` of @nestjs/cqrs, if it has one. Default true. */
  readonly publishInProcess?: boolean;
}

/** What `EventStoreModule.forRoot` takes. */
export interface EventStoreModuleOptions extends EventStoreOptions {
  /** Tells several stores of one app apart; also in the tokens. */
  readonly name?: string;
}

/** What `EventStoreModule.forRootAsync` takes: a function that makes the options, and what it needs. */
export interface EventStoreModuleAsyncOptions {
  /** Here and not in what the factory returns, which comes too late to name a token. */
  readonly name?: string;
  /** Modules that export what `inject` names. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Tokens of what the factory is called with, in this order. Default none. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options, once, while the app starts; a promise is awaited. */
  readonly useFactory: (...dependencies: never[]) => EventStoreOptions | Promise<EventStoreOptions>;
}

const MODULE = { of: 'EventStoreModule', error: InvalidOptionsError };
const KNOWN = {
  sqlite: 'object',
  mongodb: true,
  store: true,
  snapshotStore: true,
  events: true,
  publishInProcess: 'boolean',
  upcasters: true,
  dropped: true,
  validateOnRead: 'boolean',
} as const;
const KNOWN_ASYNC = { name: 'string', imports: 'array', inject: 'array', useFactory: 'function' } as const;

/** @throws InvalidOptionsError names the option */
export function assertModuleOptions(options: EventStoreModuleOptions): void {
  assertKnownOptions<EventStoreModuleOptions>(options, { ...MODULE, known: { ...KNOWN, name: 'string' } });
}

/** @throws InvalidOptionsError names the option */
export function assertAsyncOptions(options: EventStoreModuleAsyncOptions): void {
  assertKnownOptions<EventStoreModuleAsyncOptions>(options, { ...MODULE, known: KNOWN_ASYNC });
  if (typeof options.useFactory !== 'function') throw invalid('useFactory', 'is missing', 'Give a function');
}

/** @throws InvalidOptionsError names the option */
export function checkedOptions(options: EventStoreOptions): EventStoreOptions {
  assertKnownOptions<EventStoreOptions>(options, { ...MODULE, known: KNOWN });
  const { sqlite, mongodb, store, snapshotStore } = options;
  assertOneStore(options);
  if (store && typeof store !== 'function' && !hasMethod(store, 'append')) {
    throw invalid('store', 'is no event store', 'Give one, or a function that opens one');
  }
  if (sqlite && typeof sqlite.file !== 'string') {
    throw invalid('sqlite.file', `is ${shownOption(sqlite.file)}`, "Give a path, or ':memory:'");
  }
  // Not shown: it may be an address with a password.
  if (mongodb && !isObject(mongodb)) throw invalid('mongodb', 'is no object', 'Give { uri, database }');
  if (snapshotStore && !hasMethod(snapshotStore, 'loadSnapshot')) {
    throw invalid(
      'snapshotStore',
      'is no snapshot store',
      'Give an object with loadSnapshot, saveSnapshot and deleteSnapshots',
    );
  }
  for (const list of ['events', 'upcasters', 'dropped'] as const) assertList(list, options[list]);
  return options;
}

/** @throws InvalidOptionsError one is no aggregate */
export function assertAggregates(aggregates: readonly AggregateClass[]): void {
  if (!Array.isArray(aggregates))
    throw invalid('forFeature', 'is given no array', 'Give it an array of aggregates');
  for (const aggregate of aggregates as readonly AggregateClass[]) aggregateOptionsOf(aggregate);
}

/** @throws InvalidOptionsError the name is no text */
export function checkedName(name: string = DEFAULT_STORE): string {
  if (typeof name === 'string' && name !== '') return name;
  throw invalid('name', `is ${shownOption(name)}`, 'Give a text, or leave it out for the only store');
}

function assertOneStore({ sqlite, mongodb, store }: EventStoreOptions): void {
  const given = Object.entries({ sqlite, mongodb, store }).flatMap(([name, option]) =>
    option ? [name] : [],
  );
  if (given.length === 1) return;
  if (given.length === 0)
    throw invalid('store', 'is missing, and so are sqlite and mongodb', 'Give one of them');
  const [last, ...others] = given.reverse();
  throw invalid(last!, `is given together with ${others.join(' and ')}`, 'Give one of them');
}

function assertList(option: string, value: unknown): void {
  if (value !== undefined && !Array.isArray(value)) throw invalid(option, 'is no array', 'Give an array');
}

function hasMethod(value: unknown, method: string): boolean {
  return isObject(value) && typeof value[method] === 'function';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function invalid(option: string, problem: string, remedy: string): InvalidOptionsError {
  return new InvalidOptionsError(option, `Option ${option} of EventStoreModule ${problem}. ${remedy}.`);
}
