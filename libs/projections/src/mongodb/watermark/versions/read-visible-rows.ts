import { BSON } from 'mongodb';
import type { ReadModelRow, VersionId } from '../../../index.js';
import type { Own } from '../../connection/own-collections.js';
import { physicalPrefix } from '../../versions/names.js';
import { versionCollections } from '../../versions/version-collections.js';
import { NOT_DELETED, storedRows } from '../rows/stored-row.js';

/** As readers see them, in the order of their `_id`. */
export async function* readVisibleRows(own: Own, version: VersionId): AsyncGenerator<ReadModelRow> {
  const prefix = physicalPrefix(own.prefix, version);
  const options = { projection: { _position: 0 }, timeoutMode: 'iteration' } as const;
  for (const { identifier, physicalName } of await versionCollections(own.database, prefix)) {
    const rows = storedRows(own, physicalName).find(NOT_DELETED, options).sort({ _id: 1 });
    for await (const row of rows) {
      yield { table: identifier, key: BSON.EJSON.stringify(row._id), row };
    }
  }
}
