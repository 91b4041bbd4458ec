import { InvalidOptionsError } from '../log/errors.js';
import { assertKnownOptions, shownOption } from '../log/known-options.js';
import { systemTimers, type Timers } from '../processor/timers.js';
import { assertPlace, milliseconds } from './assert-place.js';

/** What is asked of the driver's `MongoClient`. By its form, so that who uses another store needs no types of a driver. */
export interface ClientOfTheApp {
  db(name?: string): object;
  startSession(): object;
  close(): Promise<void>;
}

/** Where something of Varve is, in MongoDB. */
export interface MongoPlace {
  /** Where the servers are, as `mongodb://…`. The store opens a client of its own and closes it. */
  readonly uri?: string;
  /** A `MongoClient` of the application, in place of `uri`. It is used and not closed. */
  readonly client?: ClientOfTheApp;
  /** The name of the database: 1 to 63 characters, without blanks and without any of `/\."$*<>:|?`. */
  readonly database: string;
  /** Begins the names of the store's collections. Default `varve_`. */
  readonly collectionPrefix?: string;
  /** Makes the store where there is none. Default `true`. */
  readonly create?: boolean;
  /**
   * How long one command may take before its connection is given up, and how long connecting may take, in milliseconds. Default 10,000. With
   * `uri` it goes before `connectTimeoutMS`, `serverSelectionTimeoutMS` and `socketTimeoutMS` there.
   */
  readonly commandTimeout?: number;
}

/** What `MongoEventStore.connect` takes: a database, and either `uri` or `client`. */
export interface MongoEventStoreOptions extends MongoPlace {
  /**
   * Who numbers next, when several processes append: `auto` (the default) takes turns as soon as they get into each other's way, `always`
   * from the start, `never` leaves it to chance. A matter of speed and fairness alone.
   */
  readonly numberingLease?: 'auto' | 'always' | 'never';
  /**
   * Where `readAll` and `waitForCommit` read: `primary` (the default), or `secondaryPreferred`, which spares the primary and may be some
   * milliseconds behind. Everything that decides is read from the primary, always.
   */
  readonly tailReads?: 'primary' | 'secondaryPreferred';
  /**
   * For how long an append is tried again when its server fails, in milliseconds. Default 20,000: an election takes about 12 seconds with
   * the replica set's default of 10 for `electionTimeoutMillis`.
   */
  readonly appendTimeout?: number;
  /** The time of commits that do not bring their own. */
  readonly clock?: () => Date;
  /** What it waits by, before it tries an append again and between looks for new commits. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for jitter. */
  readonly random?: () => number;
  /** Hears what a person should know although no call has failed. */
  readonly logger?: { warn(message: string): void };
}

export type PlaceOptions = Required<Omit<MongoPlace, 'uri' | 'client'>> & Pick<MongoPlace, 'uri' | 'client'>;

export type ConnectOptions = Required<Omit<MongoEventStoreOptions, 'uri' | 'client'>> &
  Pick<MongoEventStoreOptions, 'uri' | 'client'>;

const KNOWN = {
  uri: true,
  client: true,
  database: true,
  collectionPrefix: true,
  create: 'boolean',
  commandTimeout: true,
  numberingLease: true,
  tailReads: true,
  appendTimeout: true,
  clock: 'function',
  timers: 'object',
  random: 'function',
  logger: 'object',
} as const;

/** @throws InvalidOptionsError that names the option */
export function withDefaults(options: MongoEventStoreOptions): ConnectOptions {
  const rules = { of: 'a log in MongoDB', known: KNOWN, error: InvalidOptionsError };
  assertKnownOptions<MongoEventStoreOptions>(options, rules);
  assertOneOf('numberingLease', options.numberingLease, ['auto', 'always', 'never']);
  assertOneOf('tailReads', options.tailReads, ['primary', 'secondaryPreferred']);
  return {
    ...placeWithDefaults(options),
    numberingLease: options.numberingLease ?? 'auto',
    tailReads: options.tailReads ?? 'primary',
    appendTimeout: milliseconds(invalid, 'appendTimeout', options.appendTimeout, 20_000),
    clock: options.clock ?? (() => new Date()),
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
    logger: options.logger ?? { warn: () => undefined },
  };
}

/** @throws InvalidOptionsError that names the option */
export function placeWithDefaults(options: MongoPlace): PlaceOptions {
  const { uri, client, database, collectionPrefix = 'varve_' } = options;
  assertPlace({ uri, client, database, collectionPrefix }, { longestPrefix: 100, refusal: invalid });
  return {
    ...(uri === undefined ? {} : { uri }),
    ...(client === undefined ? {} : { client }),
    database,
    collectionPrefix,
    create: options.create ?? true,
    commandTimeout: milliseconds(invalid, 'commandTimeout', options.commandTimeout, 10_000),
  };
}

function assertOneOf(option: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || known.includes(value as string)) return;
  throw invalid(option, `is ${shownOption(value)}`, `Use ${known.map((one) => `'${one}'`).join(' or ')}`);
}

function invalid(option: string, problem: string, remedy: string): InvalidOptionsError {
  return new InvalidOptionsError(option, `"${option}" ${problem}. ${remedy}.`);
}
