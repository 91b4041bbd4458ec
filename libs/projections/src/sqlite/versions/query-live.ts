import { UnknownProjectionError } from '../../index.js';
import { ending } from '../connection/handle.js';
import type { StatementCaches } from '../connection/statement-cache.js';
import { findLive } from './find-version.js';
import { SqliteQuery } from './sqlite-query.js';
import { physicalPrefix } from './table-names.js';

/**
 * The live version is looked up in the transaction that reads its rows: looked up before, it could be switched, and dropped, in between.
 */
export function queryLive<T>(
  statements: StatementCaches,
  name: string,
  work: (query: SqliteQuery) => T | Promise<T>,
): T | Promise<T> {
  const own = statements.of(undefined);
  const live = findLive(own, name);
  if (!live) throw new UnknownProjectionError(name, own.database.name);
  const { version, generation } = live;
  const query = new SqliteQuery({ name, version, generation }, statements.of(physicalPrefix(live)));
  return ending(query, () => work(query));
}
