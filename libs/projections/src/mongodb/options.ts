import { assertKnownOptions, shownOption, systemTimers, type Timers } from '@varve/eventstore';
import { assertPlace, milliseconds } from '@varve/eventstore/mongodb';
import { InvalidProjectionOptionsError } from '../index.js';

/** What is asked of the driver's `MongoClient`. By its form, so that who uses another store needs no types of a driver. */
export interface ClientOfTheApp {
  db(name?: string): object;
  startSession(): object;
  close(): Promise<void>;
}

/** What rows and checkpoint are kept consistent by. */
export type MongoMode = 'transactional' | 'watermark';

/** Where the read models are, in either mode. */
export interface MongoPlace {
  /** Where the servers are, as `mongodb://…`. The read models open a client of their own and close it. */
  readonly uri?: string;
  /** A `MongoClient` of the application, in place of `uri`. It is used and not closed. */
  readonly client?: ClientOfTheApp;
  /** One database for all projector instances of a group. A log may be in the same one. */
  readonly database: string;
  /** Begins the names of all collections, so that several groups can share a database. Default: nothing. */
  readonly collectionPrefix?: string;
  /** Makes read models where there are none. Default `true`. */
  readonly create?: boolean;
  /**
   * How long one command may take before its connection is given up, and how long connecting may take, in milliseconds. Default 10,000. With
   * `uri` it goes before `connectTimeoutMS`, `serverSelectionTimeoutMS` and `socketTimeoutMS` there.
   */
  readonly commandTimeout?: number;
  /** For how long is tried again what has got into the way of others, in milliseconds. Default 5,000. */
  readonly conflictTimeout?: number;
  /**
   * How long a batch may take to be written, in milliseconds. Default 55,000: MongoDB ends a transaction after 60 seconds
   * (`transactionLifetimeLimitSeconds`). A batch that takes longer is applied commit by commit.
   */
  readonly transactionLimit?: number;
  /** The time of day, for what people read: when something was created or updated. */
  readonly clock?: () => Date;
  /** What it waits by before it tries again. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for jitter. */
  readonly random?: () => number;
}

/** What `MongoReadModels.connect` takes: a database, and either `uri` or `client`. */
export interface MongoReadModelsOptions extends MongoPlace {
  /** Rows and checkpoint are saved together. It needs a replica set, or a sharded cluster. */
  readonly mode?: 'transactional';
}

/** What `MongoWatermarkReadModels.connect` takes: a database, and either `uri` or `client`. */
export interface MongoWatermarkReadModelsOptions extends MongoPlace {
  /** Each row carries how far it has come. For servers without transactions. */
  readonly mode?: 'watermark';
}

export type ConnectOptions = Required<Omit<MongoPlace, 'uri' | 'client'>> &
  Pick<MongoPlace, 'uri' | 'client'> & { readonly mode: MongoMode };

type AnyMode = MongoPlace & { readonly mode?: string };

const KNOWN = {
  uri: true,
  client: true,
  database: true,
  mode: true,
  collectionPrefix: true,
  create: 'boolean',
  commandTimeout: true,
  conflictTimeout: true,
  transactionLimit: true,
  clock: 'function',
  timers: 'object',
  random: 'function',
} as const;

/** @throws InvalidProjectionOptionsError that names the option */
export function withDefaults(options: AnyMode, mode: MongoMode): ConnectOptions {
  const rules = { of: 'read models in MongoDB', known: KNOWN, error: InvalidProjectionOptionsError };
  assertKnownOptions<AnyMode>(options, rules);
  const { uri, client, database, collectionPrefix = '' } = options;
  assertPlace({ uri, client, database, collectionPrefix }, { longestPrefix: 40, refusal: invalid });
  assertMode(options.mode ?? mode, mode);
  return {
    ...(uri === undefined ? {} : { uri }),
    ...(client === undefined ? {} : { client }),
    database,
    collectionPrefix,
    mode,
    create: options.create ?? true,
    commandTimeout: milliseconds(invalid, 'commandTimeout', options.commandTimeout, 10_000),
    conflictTimeout: milliseconds(invalid, 'conflictTimeout', options.conflictTimeout, 5_000),
    transactionLimit: milliseconds(invalid, 'transactionLimit', options.transactionLimit, 55_000),
    clock: options.clock ?? (() => new Date()),
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
  };
}

function assertMode(given: string, mode: MongoMode): void {
  if (given === mode) return;
  const other = 'Use MongoReadModels for "transactional", MongoWatermarkReadModels for "watermark"';
  throw invalid('mode', `is ${shownOption(given)}`, other);
}

function invalid(option: string, problem: string, remedy: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(option, `The option "${option}" ${problem}. ${remedy}.`);
}
