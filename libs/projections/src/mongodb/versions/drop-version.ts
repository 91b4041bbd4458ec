import { VersionIsLiveError, type VersionId } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import { changeVersions, findProjection, pickVersion } from './find-version.js';

/** Runs in one transaction. The version's entry stays, as a mark that its generation is used up; its collections are cleared afterwards. */
export async function dropVersion(own: Own, version: VersionId, location: string): Promise<void> {
  const versions = await findProjection(own, version.name);
  const found = pickVersion(versions, version, location);
  const { processor, state } = found;
  if (state === 'live') throw new VersionIsLiveError(processor);
  await changeVersions(own, versions, [{ ...found, state: 'dropped' }]);
  await own.processors.deleteOne({ _id: processor }, own.inside);
  await own.renewals.deleteOne({ _id: processor }, own.inside);
  await own.tracked.deleteOne({ _id: processor }, own.inside);
}
