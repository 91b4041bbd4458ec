import type { Connection } from '../connection/connect.js';
import type { Own } from '../connection/own-collections.js';
import type { OpenTransaction } from '../transaction/open-transaction.js';
import type { Transactions } from '../transaction/transactions.js';
import { MongoQuery } from './mongo-query.js';
import { physicalPrefix } from './names.js';
import { findLive, queryLive } from './query-live.js';

export interface QueryParts extends Pick<Connection, 'own' | 'location'> {
  readonly transactions: Transactions;
}

/** Looks up the live version in the transaction that reads its rows, so that both are of one moment. */
export async function queryInTransaction<T>(
  { own, transactions, location }: QueryParts,
  name: string,
  { commandTimeout, work }: { commandTimeout: number; work: (query: MongoQuery) => T | Promise<T> },
): Promise<T> {
  const read = async (open: OpenTransaction) => {
    const inside: Own = { ...own, inside: { session: open.session } };
    const version = await open.operations.run(() => findLive(inside, name, location));
    const prefix = physicalPrefix(own.prefix, version);
    const query = new MongoQuery(version, { database: own.database, open, prefix, commandTimeout });
    return { version, result: await work(query) };
  };
  return queryLive(own, () => transactions.run(name, read));
}
