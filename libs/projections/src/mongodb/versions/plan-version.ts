import { existingGeneration } from '../../adapter/existing-generation.js';
import type { VersionId } from '../../index.js';
import { idOf, type StoredVersion } from './find-version.js';

type VersionedName = Pick<VersionId, 'name' | 'version'>;

/** Which generation is meant, and whether it has to be made. */
export function planVersion(
  versions: readonly StoredVersion[],
  { name, version }: VersionedName,
  wanted: 'first' | 'next',
): { readonly id: VersionId; readonly isNew: boolean } {
  const generations = versions.filter((each) => each.version === version);
  const found = existingGeneration(generations, wanted);
  if (found) return { id: idOf(found), isNew: false };
  const generation = (generations.at(-1)?.generation ?? 0) + 1;
  return { id: { name, version, generation }, isNew: true };
}
