import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import { assertKnownOptions, shownOption, type LogReader } from '@varve/eventstore';
import type { MongoReadModelsOptions, MongoWatermarkReadModelsOptions } from '../mongodb/options.js';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import type { BusFeed } from '../projection/feed/bus-feed.js';
import type { ProjectorOptions } from '../projection/projector-options.js';
import type { ReadModels } from '../projection/read-models.js';
import type { SqliteReadModelsOptions } from '../sqlite/index.js';
import { declarationOf } from './decorators.js';
import type { Feature } from './features.js';
import { DEFAULT_READ_MODELS } from './tokens.js';

/** What the projector may be told, beside what the module finds by itself. */
type Tuning = Pick<ProjectorOptions<unknown>, 'group' | 'leaseDuration' | 'failurePolicy' | 'registry'>;

/** Where the read models are, by exactly one of `sqlite`, `mongodb` and `readModels`. */
export interface ProjectionsOptions extends Tuning {
  /** Opens embedded read models; `better-sqlite3` is needed for it. */
  readonly sqlite?: SqliteReadModelsOptions;
  /** Connects to read models in MongoDB; `mongodb` is needed for it. `mode: 'watermark'` is for servers without transactions. */
  readonly mongodb?:
    MongoReadModelsOptions | (MongoWatermarkReadModelsOptions & { readonly mode: 'watermark' });
  /** Any other database. What a function opens, the module closes on shutdown; what was opened elsewhere is closed there. */
  readonly readModels?: ReadModels<unknown> | (() => ReadModels<unknown> | Promise<ReadModels<unknown>>);
  /** The log of another service, through its endpoint (`HttpLogReader`), in place of an event store of this app. */
  readonly reader?: LogReader;
  /** How the bus that is named by `bus` feeds the projections. */
  readonly feed?: Omit<BusFeed, 'bus'>;
  /**
   * How long a handler is waited for when the app shuts down, in milliseconds. Then its transaction is rolled back, the log names it, and
   * the app closes; the process ends with code 1. Default 5,000; `Infinity`: however long it takes.
   */
  readonly shutdownTimeout?: number;
  /** `false`: nothing runs by itself; `projector.start()` or `runUntilCaughtUp()` does. Default `true`. */
  readonly start?: boolean;
}

interface Names {
  /** Tells several read-model databases of one app apart; also in the tokens. */
  readonly name?: string;
  /** The name of the event store whose log is followed. Default: the only store. */
  readonly log?: string;
  /** Projections are fed by a bus of this app, and walk the log some seconds behind: `true` for the only bus, or its name. */
  readonly bus?: true | string;
}

/** What `ProjectionsModule.forRoot` takes. */
export interface ProjectionsModuleOptions extends ProjectionsOptions, Names {}

/** What `ProjectionsModule.forRootAsync` takes: a function that makes the options, what it needs, and the names, for which it comes too late. */
export interface ProjectionsModuleAsyncOptions extends Names {
  /** Modules that export what `inject` names. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  /** Tokens of what the factory is called with, in this order. Default none. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
  /** Makes the options, once, while the app starts; a promise is awaited. */
  useFactory(...dependencies: never[]): ProjectionsOptions | Promise<ProjectionsOptions>;
}

/** What `ProjectionsModule.forFeature` takes beside the projections and reactors. */
export interface FeatureOptions {
  /** Which read models, when the app has several. */
  readonly name?: string;
  /** Modules that export what the classes inject. */
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
}

const MODULE = { of: 'ProjectionsModule', error: InvalidProjectionOptionsError };
const KNOWN = {
  sqlite: 'object',
  mongodb: true,
  readModels: true,
  reader: true,
  registry: 'object',
  feed: 'object',
  start: 'boolean',
  group: true,
  leaseDuration: true,
  failurePolicy: 'object',
  shutdownTimeout: true,
} as const;
const KNOWN_NAMES = { name: 'string', log: 'string', bus: true } as const;
const KNOWN_ASYNC = { ...KNOWN_NAMES, imports: 'array', inject: 'array', useFactory: 'function' } as const;

/** @throws InvalidProjectionOptionsError names the option */
export function assertModuleOptions(options: ProjectionsModuleOptions): void {
  assertKnownOptions<ProjectionsModuleOptions>(options, { ...MODULE, known: { ...KNOWN, ...KNOWN_NAMES } });
  assertBus(options.bus);
}

/** @throws InvalidProjectionOptionsError names the option */
export function assertAsyncOptions(options: ProjectionsModuleAsyncOptions): void {
  assertKnownOptions<ProjectionsModuleAsyncOptions>(options, { ...MODULE, known: KNOWN_ASYNC });
  assertBus(options.bus);
  if (typeof options.useFactory !== 'function') throw invalid('useFactory', 'is missing', 'Give a function');
}

function assertBus(bus: unknown): void {
  if (bus === undefined || bus === true || (typeof bus === 'string' && bus !== '')) return;
  throw invalid('bus', `is ${shownOption(bus)}`, 'Give true for the only bus, or the name of one');
}

/** @throws InvalidProjectionOptionsError names the option */
export function checkedOptions(options: ProjectionsOptions): ProjectionsOptions {
  assertKnownOptions<ProjectionsOptions>(options, { ...MODULE, known: KNOWN });
  assertReadModels(options);
  if (options.reader && !hasMethod(options.reader, 'readAll')) {
    throw invalid('reader', 'reads no log', 'Give an HttpLogReader, or leave it out');
  }
  if (options.registry && !hasMethod(options.registry, 'storedTypesOf')) {
    throw invalid('registry', 'knows no events', 'Give an EventRegistry, or leave it out');
  }
  const { group, leaseDuration } = options;
  if (group !== undefined && (typeof group !== 'string' || group === '')) {
    throw invalid('group', `is ${shownOption(group)}`, 'Give a name');
  }
  if (leaseDuration !== undefined && (typeof leaseDuration !== 'number' || !(leaseDuration > 0))) {
    throw invalid('leaseDuration', `is ${shownOption(leaseDuration)}`, 'Give milliseconds, more than 0');
  }
  const { shutdownTimeout } = options;
  if (shutdownTimeout !== undefined && !(typeof shutdownTimeout === 'number' && shutdownTimeout >= 0)) {
    throw invalid('shutdownTimeout', `is ${shownOption(shutdownTimeout)}`, 'Give milliseconds, or Infinity');
  }
  return options;
}

function assertReadModels({ sqlite, mongodb, readModels }: ProjectionsOptions): void {
  const given = Object.entries({ sqlite, mongodb, readModels }).filter(([, place]) => place);
  if (given.length !== 1) {
    const [first, second = 'readModels'] = given.map(([option]) => option);
    const problem = first ? `is given together with ${first}` : 'is missing, and so are sqlite and mongodb';
    throw invalid(second, problem, 'Give one of them');
  }
  // Not shown: it may be an address with a password.
  if (mongodb && !isObject(mongodb)) throw invalid('mongodb', 'is no object', 'Give { uri, database }');
  if (sqlite && (typeof sqlite.file !== 'string' || sqlite.file === '')) {
    throw invalid('sqlite.file', `is ${shownOption(sqlite.file)}`, "Give a path, or ':memory:'");
  }
  if (readModels && typeof readModels !== 'function' && !hasMethod(readModels, 'listVersions')) {
    throw invalid('readModels', 'are no read models', 'Give them, or a function that opens them');
  }
}

/** @throws InvalidProjectionOptionsError something is neither a definition nor a decorated class */
export function checkedFeatures(features: readonly Feature[]): readonly Feature[] {
  const given: unknown = features;
  if (!Array.isArray(given)) throw invalid('forFeature', 'is given no array', 'Give it an array');
  for (const each of given as readonly unknown[]) {
    const isKnown =
      typeof each === 'function' ? declarationOf(each) : hasMethod(each, 'apply') || hasMethod(each, 'react');
    if (!isKnown) throw invalid('forFeature', `is given ${describe(each)}`, 'Decorate it, or leave it out');
  }
  return features;
}

function describe(feature: unknown): string {
  if (typeof feature === 'function')
    return `class ${feature.name}, which is neither a @Projection nor a @Reactor`;
  return feature === undefined ? 'undefined: do two files import each other?' : shownOption(feature);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function hasMethod(value: unknown, method: string): boolean {
  return isObject(value) && typeof value[method] === 'function';
}

/** @throws InvalidProjectionOptionsError the name is no text */
export function checkedName(name: string = DEFAULT_READ_MODELS): string {
  if (typeof name === 'string' && name !== '') return name;
  throw invalid('name', `is ${shownOption(name)}`, 'Give a text, or leave it out for the only read models');
}

function invalid(option: string, problem: string, remedy: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(
    option,
    `Option ${option} of ProjectionsModule ${problem}. ${remedy}.`,
  );
}
