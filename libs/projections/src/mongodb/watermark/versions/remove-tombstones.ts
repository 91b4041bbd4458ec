import type { Own } from '../../connection/own-collections.js';
import { listVersions } from '../../versions/list-versions.js';
import { physicalPrefix } from '../../versions/names.js';
import { versionCollections } from '../../versions/version-collections.js';
import { storedRows } from '../rows/stored-row.js';

/**
 * Takes away the tombstones of all versions. One is needed by whoever may still write the row: the next step, while the checkpoint
 * stands below it, and an instance that was asleep in the middle of a step, which notices by its clocks that it may not go on.
 */
export async function removeTombstones(own: Own, deletedBefore: Date): Promise<number> {
  let removed = 0;
  for (const version of await listVersions(own)) {
    const { position } = version.checkpoint;
    const filter = {
      _deleted: true as const,
      _position: { $lte: position },
      _deletedAt: { $lt: deletedBefore },
    };
    for (const { physicalName } of await versionCollections(
      own.database,
      physicalPrefix(own.prefix, version),
    )) {
      removed += (await storedRows(own, physicalName, 0).deleteMany(filter)).deletedCount;
    }
  }
  return removed;
}
