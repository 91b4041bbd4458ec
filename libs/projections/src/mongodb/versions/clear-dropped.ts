import { keysOf, type Own } from '../connection/own-collections.js';
import { changeVersionsFrom, findProjection, readProjection, type StoredVersion } from './find-version.js';
import { physicalPrefix } from './names.js';
import { versionCollections } from './version-collections.js';

/**
 * Removes what dropped versions have left, which may be millions of rows and is not for one transaction. Done twice, or by two instances, or
 * taken up again after a crash, it comes to the same.
 */
export async function clearDropped(own: Own, name: string): Promise<void> {
  const dropped = (await findProjection(own, name)).filter(
    (each) => each.state === 'dropped' && !each.cleared,
  );
  for (const each of dropped) {
    const { processor } = each;
    for (const { physicalName } of await versionCollections(own.database, physicalPrefix(own.prefix, each))) {
      await own.database.dropCollection(physicalName);
    }
    const keys = { _id: keysOf(processor) };
    // A row for each stream takes as long as it takes.
    const unlimited = { timeoutMS: 0 };
    await own.parked.deleteMany(keys, unlimited);
    await own.applied.deleteMany(keys, unlimited);
    await own.skipped.deleteMany(keys, unlimited);
    await own.processors.deleteOne({ _id: processor });
    await markCleared(own, each);
  }
}

async function markCleared(own: Own, version: StoredVersion): Promise<void> {
  const cleared = { ...version, cleared: true };
  while (!(await changeVersionsFrom(own, await readProjection(own, version.name), [cleared])));
}
