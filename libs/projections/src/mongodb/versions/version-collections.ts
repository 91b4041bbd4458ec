import type { Db } from 'mongodb';

export interface VersionCollection {
  /** The name without the version. */
  readonly identifier: string;
  readonly physicalName: string;
}

/** What a version has made, by name. */
export async function versionCollections(database: Db, prefix: string): Promise<VersionCollection[]> {
  const all = await database.listCollections({}, { nameOnly: true }).toArray();
  return all
    .map(({ name }) => name)
    .filter((name) => name.startsWith(prefix))
    .toSorted()
    .map((physicalName) => ({ physicalName, identifier: physicalName.slice(prefix.length) }));
}
