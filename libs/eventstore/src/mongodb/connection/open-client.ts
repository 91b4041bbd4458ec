import type { MongoClient } from 'mongodb';
import { InvalidOptionsError, StoreIncompatibleError } from '../../log/errors.js';
import { isMongoError } from '../driver-errors.js';
import { translateError } from '../errors.js';
import type { ClientOfTheApp } from '../options.js';
import { isOfAddress, ownClient, reasonOf } from './own-client.js';
import { watchHeartbeats } from './watch-heartbeats.js';

export interface ClientOptions {
  readonly uri?: string;
  /** In place of `uri`; it is not closed. */
  readonly client?: ClientOfTheApp;
  readonly commandTimeout: number;
  /** See `OwnClientOptions`. */
  readonly waitsForever?: boolean;
  readonly logger?: { warn(message: string): void };
}

/** What is opened, in the words of a message: "the log db1/shop.varve_commits". */
export interface Named {
  readonly kind: string;
  readonly location: string;
}

export interface OpenedClient {
  readonly client: MongoClient;
  readonly hosts: string;
  /** Connects and does `open`. Where that fails the client is closed, and the error is one of ours. */
  readonly connect: <T>(what: Named, open: () => Promise<T>) => Promise<T>;
  /** Closes the client if it was opened here. */
  readonly disconnect: () => Promise<void>;
}

/**
 * The application's client, or one of our own.
 *
 * @throws InvalidOptionsError for an address that the driver refuses
 */
export function openClient(options: ClientOptions): OpenedClient {
  const { client: given, uri = '' } = options;
  const client = (given as MongoClient | undefined) ?? ownClient({ ...options, uri }, unusable);
  const endWatch = given ? undefined : watchHeartbeats(client, options);
  const disconnect = async (): Promise<void> => {
    endWatch?.();
    if (!given) await client.close();
  };
  const connect = async <T>({ kind, location }: Named, open: () => Promise<T>): Promise<T> => {
    try {
      await client.connect();
      return await open();
    } catch (error) {
      await disconnect();
      if (isOfAddress(error)) throw unusable(reasonOf(error, uri));
      throw tooOld(error, location) ?? translateError(error, location, { kind });
    }
  };
  return { client, hosts: hostsOf(client), connect, disconnect };
}

/** As they were given: a name in DNS stands for servers that are known only later, and in any order. */
export function hostsOf({ options: { srvHost, hosts } }: Pick<MongoClient, 'options'>): string {
  return srvHost ?? hosts.join(',');
}

function unusable(reason: string): InvalidOptionsError {
  return new InvalidOptionsError('uri', `"uri" cannot be used: ${reason}.`);
}

function tooOld(error: unknown, location: string): StoreIncompatibleError | undefined {
  if (!isMongoError(error) || error.name !== 'MongoCompatibilityError') return undefined;
  return new StoreIncompatibleError(`The server of ${location} is too old: ${error.message}`, {
    cause: error,
  });
}
