import type { ProjectionVersion } from './read-models.js';

/**
 * Which build of a projection this instance keeps up to date. `versions` are those of one projection.
 *
 * - This code's version is live: its live generation, whoever built it.
 * - The live version is older: the generation of this code's version that is being built. The instances of the old code keep the old one
 *   up to date as long as there are any; after that it stands still, and is served, until this one has come as far.
 * - Otherwise none: this code is older than what is live, or its version was live once and was replaced on purpose. Neither is undone
 *   by the mere start of an instance.
 */
export function followedVersion(
  codeVersion: number,
  versions: readonly ProjectionVersion[],
): ProjectionVersion | undefined {
  const live = versions.find((version) => version.live);
  if (live?.version === codeVersion) return live;
  if (live && live.version > codeVersion) return undefined;
  return versions.findLast(({ version, state }) => version === codeVersion && state === 'building');
}
