import { InvalidProjectionOptionsError, versionIdOf, type VersionId } from '../../index.js';

/** What all physical names of a version begin with: `orders__v2__`, from its second generation `orders__v2_2__`. */
export function physicalPrefix(prefix: string, { name, version, generation }: VersionId): string {
  const build = generation === 1 ? `v${version}` : `v${version}_${generation}`;
  return `${prefix}${name}__${build}__`;
}

export function prefixOf(prefix: string, processor: string): string | undefined {
  const version = versionIdOf(processor);
  return version && physicalPrefix(prefix, version);
}

export function physicalName(name: string, prefix: string | undefined): string {
  if (prefix === undefined) {
    throw new InvalidProjectionOptionsError(
      'tx',
      `"${name}" is a collection of a projection's version, but this transaction belongs to none.`,
    );
  }
  if (!/^[A-Za-z_]\w{0,63}$/.test(name) || name.includes('__')) {
    throw new InvalidProjectionOptionsError(
      'tx',
      `"${name}" is no name for a collection: use 1 to 64 letters, digits and single underscores, not beginning with a digit.`,
    );
  }
  return prefix + name;
}
