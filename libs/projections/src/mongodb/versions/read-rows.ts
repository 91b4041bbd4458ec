import { BSON } from 'mongodb';
import type { ReadModelRow, VersionId } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import { rowCollection } from '../connection/row-collection.js';
import { inPages } from './in-pages.js';
import { physicalPrefix } from './names.js';
import { versionCollections } from './version-collections.js';

/** Reads in the transaction that `own` is in. Views show what the collections hold, and are not versions' own. */
export async function* readRows(own: Own, version: VersionId): AsyncGenerator<ReadModelRow> {
  const prefix = physicalPrefix(own.prefix, version);
  for (const { identifier, physicalName } of await versionCollections(own.database, prefix)) {
    for await (const row of inPages(rowCollection(own.database, physicalName), own.inside)) {
      yield { table: identifier, key: BSON.EJSON.stringify(row['_id']), row };
    }
  }
}
