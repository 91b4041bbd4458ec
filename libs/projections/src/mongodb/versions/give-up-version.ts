import { processorIdOf } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import { changeVersions, findProjection } from './find-version.js';
import { physicalPrefix } from './names.js';
import { versionCollections } from './version-collections.js';

/**
 * After a `setup` that failed. What it has made beside its transaction may be half of what it should be, and another instance may be making
 * the same: its generation is used up, so that nobody builds on it, and is cleared like a dropped one. Runs in a transaction.
 */
export async function giveUpVersion(own: Own, name: string, version: number): Promise<void> {
  const versions = await findProjection(own, name);
  const generations = versions.filter((each) => each.version === version);
  const id = { name, version, generation: (generations.at(-1)?.generation ?? 0) + 1 };
  const left = await versionCollections(own.database, physicalPrefix(own.prefix, id));
  if (left.length === 0) return;
  await changeVersions(own, versions, [{ ...id, processor: processorIdOf(id), state: 'dropped' }]);
}
