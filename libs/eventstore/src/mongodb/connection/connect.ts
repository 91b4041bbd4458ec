import { InvalidOptionsError } from '../../log/errors.js';
import { clientErrors } from '../errors.js';
import type { ConnectOptions } from '../options.js';
import { warnOfSeal } from '../moving/seal.js';
import { checkServer } from './check-server.js';
import { assertIndexes, ensureIndexes } from './indexes.js';
import {
  assertComplete,
  assertReadable,
  createIdentity,
  findIdentity,
  type IdentityRecord,
} from './log-record.js';
import { collectionsOf, type Collections, type MongoLog } from './mongo-log.js';
import { openClient, type ClientOptions } from './open-client.js';

export interface OpenedLog {
  readonly log: MongoLog;
  /** Closes the client if it was opened here. */
  readonly disconnect: () => Promise<void>;
}

/** @throws InvalidOptionsError, LogIncompleteError, StoreIncompatibleError, StoreUnavailableError */
export async function openLog(
  options: ConnectOptions,
  purpose: 'use' | 'filling' = 'use',
): Promise<OpenedLog> {
  return connected(options, async (collections, location) => {
    const facts = await checkServer(collections, location);
    const known = await findIdentity(collections.records);
    // Also of one that was made just now: another may have made it, and be filling it.
    const record = known ?? (await makeLog(collections, { location, ...options }));
    assertReadable(record, location);
    if (purpose === 'use') assertComplete(record, location);
    if (known) await assertIndexes(collections, location);
    const { logId } = record;
    const log = { ...collections, ...facts, logId, location, commandTimeout: options.commandTimeout };
    await warnOfSeal(log, options.logger);
    return log;
  });
}

/** The record after the indexes: whoever finds it may rely on them. */
async function makeLog(
  collections: Collections,
  { create, location }: Pick<ConnectOptions, 'create'> & { readonly location: string },
): Promise<IdentityRecord> {
  if (!create)
    throw new InvalidOptionsError(
      'create',
      `There is no log at ${location}, and none is to be made ("create" is false).`,
    );
  await ensureIndexes(collections);
  return createIdentity(collections, location);
}

/** Makes the indexes without opening the log, which refuses to be opened while one is missing. */
export async function ensureIndexesOf(options: ConnectOptions): Promise<void> {
  const { disconnect } = await connected(
    { ...options, waitsForever: true },
    async (collections, location) => {
      await checkServer(collections, location);
      await ensureIndexes(collections);
      return {} as MongoLog;
    },
  );
  await disconnect();
}

async function connected(
  options: ConnectOptions & Pick<ClientOptions, 'waitsForever'>,
  open: (collections: Collections, location: string) => Promise<MongoLog>,
): Promise<OpenedLog> {
  const { client, hosts, connect, disconnect } = openClient(options, clientErrors('log'));
  const collections = collectionsOf(client, options);
  const location = `${hosts}/${collections.commits.namespace}`;
  const log = await connect(location, () => open(collections, location));
  return { log, disconnect };
}
