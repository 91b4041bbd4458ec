import { isMongoError, isOfAddress, ownClient, reasonOf, watchHeartbeats } from '@varve/eventstore/mongodb';
import type { MongoClient } from 'mongodb';
import { InvalidProjectionOptionsError, ReadModelsIncompatibleError } from '../../index.js';
import { translated } from '../errors.js';
import type { ConnectOptions, MongoMode } from '../options.js';
import { checkServer } from './check-server.js';
import { createOwnCollections, findMode, findOrMakeIdentity, type Identity } from './identity.js';
import { ownCollections, type OwnCollections } from './own-collections.js';

export interface Connection {
  readonly client: MongoClient;
  readonly own: OwnCollections;
  readonly identity: Identity;
  /** Hosts and database, no credentials. */
  readonly location: string;
  /** Closes the client if it was opened here. */
  readonly disconnect: () => Promise<void>;
}

/** @throws InvalidProjectionOptionsError, ReadModelsIncompatibleError, ReadModelsUnavailableError */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const { client: given, uri = '', commandTimeout } = options;
  const client = (given as MongoClient | undefined) ?? ownClient({ uri, commandTimeout }, unusable);
  const endWatch = options.client ? undefined : watchHeartbeats(client);
  const disconnect = async (): Promise<void> => {
    endWatch?.();
    if (!options.client) await client.close();
  };
  const own = ownCollections(client, options);
  const location = locationOf(client, options);
  try {
    await client.connect();
    const { mode, clock: now } = options;
    await checkServer(own, { location, mode });
    const create = () => (options.create ? createOwnCollections(own) : Promise.reject(nothingAt(location)));
    const identity = await findOrMakeIdentity(own, { location, mode, now, create });
    return { client, own, identity, location, disconnect };
  } catch (error) {
    await disconnect();
    throw translatedAt(error, location, uri);
  }
}

/**
 * In which mode the read models were made that are there: for who knows them by their address alone.
 *
 * @throws InvalidProjectionOptionsError also where there are none; ReadModelsIncompatibleError, ReadModelsUnavailableError
 */
export async function storedMode(options: ConnectOptions): Promise<MongoMode> {
  const { uri = '', commandTimeout } = options;
  const client = ownClient({ uri, commandTimeout }, unusable);
  const location = locationOf(client, options);
  try {
    await client.connect();
    const mode = await findMode(ownCollections(client, options));
    if (mode === undefined) throw nothingAt(location);
    return mode;
  } catch (error) {
    throw translatedAt(error, location, uri);
  } finally {
    await client.close();
  }
}

function translatedAt(error: unknown, location: string, uri: string): unknown {
  if (isMongoError(error) && error.name === 'MongoCompatibilityError') {
    return new ReadModelsIncompatibleError(`The server of ${location} is too old: ${error.message}`, {
      cause: error,
    });
  }
  return isOfAddress(error) ? unusable(reasonOf(error, uri)) : translated(error, location);
}

function unusable(reason: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError('uri', `The option "uri" cannot be used: ${reason}.`);
}

function nothingAt(location: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(
    'create',
    `There are no read models at ${location}, and none are to be made ("create" is false).`,
  );
}

/** With the hosts as they were given: a name in DNS stands for servers that are known only later, and in any order. */
export function locationOf(
  { options: { srvHost, hosts } }: Pick<MongoClient, 'options'>,
  { database, collectionPrefix }: Pick<ConnectOptions, 'database' | 'collectionPrefix'>,
): string {
  const place = `${srvHost ?? hosts.join(',')}/${database}`;
  return collectionPrefix === '' ? place : `${place}/${collectionPrefix}*`;
}
