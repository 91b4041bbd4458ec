import { UsageError } from '../target.js';

/** How a person names a log, or read models, on the command line: a file of SQLite, or a database of MongoDB. */
export type StoreName =
  | { readonly kind: 'sqlite'; readonly file: string }
  | {
      readonly kind: 'mongodb';
      readonly uri: string;
      readonly database: string;
      readonly collectionPrefix?: string;
    };

const PREFIX = 'collectionPrefix';

/**
 * `shop.db`, or `mongodb://HOST/DATABASE`, whose `collectionPrefix=…` among the parameters is this library's and not the driver's. By hand:
 * an address of several hosts is no URL.
 *
 * @throws UsageError
 */
export function parseStoreName(name: string): StoreName {
  if (!/^mongodb(\+srv)?:\/\//.test(name)) {
    if (/^[a-z][a-z+]*:\/\/|^\s*mongodb(\+srv)?:/i.test(name))
      throw new UsageError(`${redacted(name)} is neither a file nor mongodb://HOST/DATABASE.`);
    if (name === '' || name === ':memory:')
      throw new UsageError(
        'A log in memory is gone with this command. Name a file, or mongodb://HOST/DATABASE.',
      );
    return { kind: 'sqlite', file: name };
  }
  if (/%(?![0-9a-f]{2})/i.test(name)) {
    throw new UsageError(`${redacted(name)} has a "%" that begins no escape: write "%25" for a "%".`);
  }
  const [, servers = '', path = '', query = ''] =
    /^([a-z+]+:\/\/[^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/.exec(name) ?? [];
  if (path.includes('@')) {
    const advice = 'Write the slash in a user or password as %2F';
    throw new UsageError(
      `${redacted(name)} has an "@" behind the slash. ${advice}: mongodb://USER:PASSWORD@HOST/DATABASE.`,
    );
  }
  const database = decodeURIComponent(path);
  if (database === '') {
    throw new UsageError(
      `${redacted(name)} names no database: mongodb://HOST/DATABASE. Users of another one log in with ?authSource=…`,
    );
  }
  const parameters = query.split('&').filter((one) => one !== '');
  const prefix = parameters.find((one) => one.startsWith(`${PREFIX}=`));
  const driver = parameters.filter((one) => one !== prefix).join('&');
  return {
    kind: 'mongodb',
    uri: `${servers}/${path}${driver === '' ? '' : `?${driver}`}`,
    database,
    ...(prefix !== undefined && { collectionPrefix: decodeURIComponent(prefix.slice(PREFIX.length + 1)) }),
  };
}

/** Without user and password. */
export function redacted(name: string): string {
  return name.replace(/^(\s*[a-z+]+:\/*).*@/i, '$1***@');
}
