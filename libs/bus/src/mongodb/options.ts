import { assertKnownOptions } from '../message/known-options.js';

/** What is asked of the driver's `MongoClient`. By its form, so that who uses another store needs no types of a driver. */
export interface ClientOfTheApp {
  db(name?: string): object;
  startSession(): object;
  close(): Promise<void>;
}

/** What `MongoPublicationStore.connect` takes: a database, and either `uri` or `client`. */
export interface MongoPublicationStoreOptions {
  /** Where the servers are, as `mongodb://…`. The store opens a client of its own and closes it. */
  readonly uri?: string;
  /** A `MongoClient` of the application, in place of `uri`. It is used and not closed. */
  readonly client?: ClientOfTheApp;
  /** One for all instances that publish a log; the log may be in the same one. */
  readonly database: string;
  /** Begins the names of the store's collections. Default `varve_`. */
  readonly collectionPrefix?: string;
  /** Makes a store where there is none. Default `true`. */
  readonly create?: boolean;
  /** How long a call may take before it is given up, in milliseconds. Default 10,000. */
  readonly commandTimeout?: number;
  /** Hears what a person should know although no call has failed. */
  readonly logger?: { warn(message: string): void };
}

const KNOWN = {
  uri: true,
  client: true,
  database: true,
  collectionPrefix: true,
  create: 'boolean',
  commandTimeout: true,
  logger: 'object',
} as const;

/** The rest is said by who connects. @throws InvalidBusOptionsError that names an option that there is not */
export function assertOptions(options: MongoPublicationStoreOptions): void {
  assertKnownOptions<MongoPublicationStoreOptions>('a publication store in MongoDB', options, KNOWN);
}
