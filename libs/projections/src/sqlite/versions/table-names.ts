import { InvalidProjectionOptionsError, versionIdOf, type VersionId } from '../../index.js';

/** What all physical names of a version begin with: `orders__v2__`, from its second generation `orders__v2_2__`. */
export function physicalPrefix({ name, version, generation }: VersionId): string {
  return generation === 1 ? `${name}__v${version}__` : `${name}__v${version}_${generation}__`;
}

/** Strings, quoted names and comments stay as they are; only a bare `{identifier}` is a version's own name. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\{([A-Za-z_]\w*)\}/g;

/** Writes the version's physical names into a statement: `{orders}` becomes `"orders__v2__orders"`. */
export function resolveNames(sql: string, prefix: string | undefined): string {
  return sql.replace(TOKEN, (token, identifier?: string) =>
    identifier === undefined ? token : `"${physicalName(identifier, prefix)}"`,
  );
}

export function physicalName(identifier: string, prefix: string | undefined): string {
  if (prefix === undefined) {
    throw new InvalidProjectionOptionsError(
      'sql',
      `{${identifier}} names a table of a projection's version, but this transaction belongs to none.`,
    );
  }
  if (!/^[A-Za-z_]\w{0,63}$/.test(identifier) || identifier.includes('__')) {
    throw new InvalidProjectionOptionsError(
      'sql',
      `{${identifier}} is no name for a table: use 1 to 64 letters, digits and single underscores, not beginning with a digit.`,
    );
  }
  return prefix + identifier;
}

export function prefixOf(processor: string): string | undefined {
  const version = versionIdOf(processor);
  return version && physicalPrefix(version);
}
