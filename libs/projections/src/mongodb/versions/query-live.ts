import { sameVersion, UnknownProjectionError, type VersionId } from '../../index.js';
import type { Own, OwnCollections } from '../connection/own-collections.js';
import { findProjection, idOf } from './find-version.js';

/**
 * Reads a live version. A collection that is dropped meanwhile may be read as an empty one: so it is asked afterwards whether the version is
 * still there, and if not, read again.
 */
export async function queryLive<T>(
  own: OwnCollections,
  read: () => Promise<{ readonly version: VersionId; readonly result: T }>,
): Promise<T> {
  for (;;) {
    const { version, result } = await read();
    if (await isStillThere({ ...own, inside: {} }, version)) return result;
  }
}

/** @throws UnknownProjectionError */
export async function findLive(own: Own, name: string, location: string): Promise<VersionId> {
  const live = (await findProjection(own, name)).find(({ state }) => state === 'live');
  if (!live) throw new UnknownProjectionError(name, location);
  return idOf(live);
}

async function isStillThere(own: Own, version: VersionId): Promise<boolean> {
  const versions = await findProjection(own, version.name);
  return versions.some((each) => sameVersion(each, version) && each.state !== 'dropped');
}
