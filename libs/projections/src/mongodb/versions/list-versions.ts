import type { ProjectionVersion } from '../../index.js';
import type { Own } from '../connection/own-collections.js';
import { listProcessors } from '../processors/list-processors.js';
import { idOf, versionsOf } from './find-version.js';

export async function listVersions(own: Own, name?: string): Promise<ProjectionVersion[]> {
  const filter = name === undefined ? {} : { _id: name };
  const records = await own.projections.find(filter, own.inside).sort({ _id: 1 }).toArray();
  const versions = records.flatMap(versionsOf).filter(({ state }) => state !== 'dropped');
  const rows = await listProcessors(
    own,
    versions.map(({ processor }) => processor),
  );
  return versions.flatMap((version) => {
    const row = rows.find(({ processor }) => processor === version.processor);
    // It was dropped between the two reads.
    if (!row || version.state === 'dropped') return [];
    const { state } = version;
    return { ...idOf(version), state, live: state === 'live', ...row };
  });
}
