import type { MongoClient } from 'mongodb';
import { isMongoError } from '../driver-errors.js';
import type { ClientOfTheApp } from '../options.js';
import { isOfAddress, ownClient, reasonOf } from './own-client.js';
import { watchHeartbeats } from './watch-heartbeats.js';

/** For adapters in MongoDB: what `openClient` takes. */
export interface ClientOptions {
  /** Where the servers are, as `mongodb://…`: for a client that is opened here and closed with `disconnect`. */
  readonly uri?: string;
  /** In place of `uri`; it is not closed. */
  readonly client?: ClientOfTheApp;
  /** In milliseconds. */
  readonly commandTimeout: number;
  /** See `OwnClientOptions`. */
  readonly waitsForever?: boolean;
  /** Told when a client that was opened here is connected anew, since it had stopped looking at a server. */
  readonly logger?: { warn(message: string): void };
}

/** What goes wrong while a client is opened, as errors of whoever opens it. */
export interface ClientErrors {
  /** @param reason why the address cannot be used, without a full stop and without user and password */
  readonly unusable: (reason: string) => Error;
  readonly incompatible: (message: string, options: ErrorOptions) => Error;
  /** Every other error of the driver, and whatever else `open` has thrown. */
  readonly translated: (error: unknown, location: string) => unknown;
}

/** For adapters in MongoDB: a client, not connected yet, and how to connect it and let go of it. */
export interface OpenedClient {
  readonly client: MongoClient;
  /** As they were given: a name in DNS stands for servers that are known only later, and in any order. */
  readonly hosts: string;
  /** Connects and does `open`. Where that fails the client is closed, and the error is one of `ClientErrors`. */
  readonly connect: <T>(location: string, open: () => Promise<T>) => Promise<T>;
  /** Closes the client if it was opened here. */
  readonly disconnect: () => Promise<void>;
}

/**
 * The application's client, or one of our own, which does not hang on a server that falls silent.
 *
 * @throws `errors.unusable` for an address that the driver refuses
 */
export function openClient(options: ClientOptions, errors: ClientErrors): OpenedClient {
  const { client: given, uri = '' } = options;
  const client = (given as MongoClient | undefined) ?? ownClient({ ...options, uri }, errors.unusable);
  const endWatch = given ? undefined : watchHeartbeats(client, options);
  const disconnect = async (): Promise<void> => {
    endWatch?.();
    if (!given) await client.close();
  };
  const connect = async <T>(location: string, open: () => Promise<T>): Promise<T> => {
    try {
      await client.connect();
      return await open();
    } catch (error) {
      await disconnect();
      if (isOfAddress(error)) throw errors.unusable(reasonOf(error, uri));
      if (isTooOld(error)) {
        throw errors.incompatible(`The server of ${location} is too old: ${error.message}`, { cause: error });
      }
      throw errors.translated(error, location);
    }
  };
  return { client, hosts: hostsOf(client), connect, disconnect };
}

export function hostsOf({ options: { srvHost, hosts } }: Pick<MongoClient, 'options'>): string {
  return srvHost ?? hosts.join(',');
}

function isTooOld(error: unknown): error is Error {
  return isMongoError(error) && error.name === 'MongoCompatibilityError';
}
