import { sameVersion, UnknownProjectionError, type VersionId } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import type { Connection } from '../connection/connect.js';
import type { OpenTransaction } from '../transaction/open-transaction.js';
import { findProjection, idOf } from './find-version.js';
import { MongoQuery } from './mongo-query.js';
import { physicalPrefix } from './names.js';

/**
 * Looks up the live version in the transaction that reads its rows, so that both are of one moment. A collection that is dropped meanwhile
 * may be read as an empty one all the same: so it is asked afterwards whether the version is still there, and if not, read again.
 */
export async function queryLive<T>(
  { own, transactions, location }: Pick<Connection, 'own' | 'transactions' | 'location'>,
  name: string,
  { commandTimeout, work }: { commandTimeout: number; work: (query: MongoQuery) => T | Promise<T> },
): Promise<T> {
  for (;;) {
    const read = async (open: OpenTransaction) => {
      const inside: Own = { ...own, inside: { session: open.session } };
      const version = await open.operations.run(() => findLive(inside, name, location));
      const prefix = physicalPrefix(own.prefix, version);
      const query = new MongoQuery(version, { database: own.database, open, prefix, commandTimeout });
      return { version, result: await work(query) };
    };
    const { version, result } = await transactions.run(name, read);
    if (await isStillThere({ ...own, inside: {} }, version)) return result;
  }
}

async function findLive(own: Own, name: string, location: string): Promise<VersionId> {
  const live = (await findProjection(own, name)).find(({ state }) => state === 'live');
  if (!live) throw new UnknownProjectionError(name, location);
  return idOf(live);
}

async function isStillThere(own: Own, version: VersionId): Promise<boolean> {
  const versions = await findProjection(own, version.name);
  return versions.some((each) => sameVersion(each, version) && each.state !== 'dropped');
}
