import { openClient, type ClientErrors, type OpenedClient } from '@varve/eventstore/mongodb';
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
  const opened = openClient(options, CLIENT_ERRORS);
  const { client, disconnect } = opened;
  const own = ownCollections(client, options);
  const location = locationOf(opened, options);
  const identity = await opened.connect(location, async () => {
    const { mode, clock: now } = options;
    await checkServer(own, { location, mode });
    const create = () => (options.create ? createOwnCollections(own) : Promise.reject(nothingAt(location)));
    return findOrMakeIdentity(own, { location, mode, now, create });
  });
  return { client, own, identity, location, disconnect };
}

/**
 * In which mode the read models were made that are there: for who knows them by their address alone.
 *
 * @throws InvalidProjectionOptionsError also where there are none; ReadModelsIncompatibleError, ReadModelsUnavailableError
 */
export async function storedMode(options: ConnectOptions): Promise<MongoMode> {
  const opened = openClient(options, CLIENT_ERRORS);
  const location = locationOf(opened, options);
  const stored = await opened.connect(location, async () => {
    const mode = await findMode(ownCollections(opened.client, options));
    if (mode === undefined) throw nothingAt(location);
    return mode;
  });
  await opened.disconnect();
  return stored;
}

const CLIENT_ERRORS: ClientErrors = {
  unusable: (reason) =>
    new InvalidProjectionOptionsError('uri', `The option "uri" cannot be used: ${reason}.`),
  incompatible: (message, cause) => new ReadModelsIncompatibleError(message, cause),
  translated,
};

function nothingAt(location: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(
    'create',
    `There are no read models at ${location}, and none are to be made ("create" is false).`,
  );
}

function locationOf(
  { hosts }: Pick<OpenedClient, 'hosts'>,
  { database, collectionPrefix }: Pick<ConnectOptions, 'database' | 'collectionPrefix'>,
): string {
  const place = `${hosts}/${database}`;
  return collectionPrefix === '' ? place : `${place}/${collectionPrefix}*`;
}
