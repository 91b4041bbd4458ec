import { VersionIsLiveError, type VersionId } from '../../../index.js';
import type { Own } from '../../connection/own-collections.js';
import { clearDropped } from '../../versions/clear-dropped.js';
import { changeVersionsFrom, pickVersion, readProjection } from '../../versions/find-version.js';

/** A mark first: what comes after it is done again by whoever drops next. @throws VersionIsLiveError, UnknownProjectionError */
export async function dropVersion(own: Own, version: VersionId, location: string): Promise<void> {
  await markDropped(own, version, location);
  await clearDropped(own, version.name);
}

async function markDropped(own: Own, version: VersionId, location: string): Promise<void> {
  for (;;) {
    const found = await readProjection(own, version.name);
    const stored = pickVersion(found.versions, version, location);
    if (stored.state === 'live') throw new VersionIsLiveError(stored.processor);
    if (await changeVersionsFrom(own, found, [{ ...stored, state: 'dropped' }])) return;
  }
}
