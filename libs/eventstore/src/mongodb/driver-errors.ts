const DUPLICATE_KEY = 11_000;

/**
 * Codes of a server that steps down, shuts down or has lost its majority for a while: the same command may succeed on the next primary.
 * From the driver specification "Retryable Writes", with 64 (write concern), 50 (time limit) and 112 (write conflict).
 */
const PASSING = new Set([
  6, 7, 50, 64, 89, 91, 112, 134, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

/** No rights, or none to log in. */
const REFUSED = new Set([13, 18, 8_000]);

/** What a person can do, by the server's code. */
const BY_CODE: Readonly<Record<number, string>> = {
  13: 'refuses the operation. Give the user the role "readWrite" on the database',
  18: 'refuses the credentials. Check user, password and "authSource" in the URI',
  50: 'did not answer within the time limit. Look at the load of the server',
  64: 'could not get the write confirmed by a majority. Check that a majority of the replica set runs and keeps up',
  100: 'has too few members for a majority write. Check the replica set’s configuration',
  112: 'was busy with other transactions on the same documents. Look for a long one',
  121: 'has a validation rule that refuses the document. Remove the rule from the collection',
  148: 'serves no majority reads. Start the server with enableMajorityReadConcern',
  8_000: 'refuses the credentials. Check user and password in the URI',
  10_334: 'takes no document of that size. Split the commit',
  14_031: 'cannot grow: the disk of the server is full. Make room; nothing acknowledged is lost',
};

const BY_NAME: Readonly<Record<string, string>> = {
  MongoServerSelectionError:
    'cannot be reached: no primary has answered. Check the address, the network, and that the servers run',
  MongoNetworkError: 'lost the connection. Check the network and the server’s log',
  MongoNetworkTimeoutError: 'did not answer in time. Check the network and the server’s load',
  MongoOperationTimeoutError:
    'did not answer within "commandTimeout". Check the network and the server’s load, or raise it',
  PoolClearedOnNetworkError: 'lost its connections. Check the network and the server’s log',
  MongoPoolClearedError: 'lost its connections. Check the network and the server’s log',
  MongoWaitQueueTimeoutError: 'has no free connection. Raise "maxPoolSize" of the client',
};

const NO_PRIMARY = 'has no primary at the moment. It usually has one again within seconds: retry';
const NO_SUCH_NAME =
  'cannot be found: DNS has no servers of MongoDB under that name. Check the host of the "mongodb+srv" address';
const NO_DNS =
  'cannot be found: DNS did not answer. Check the network, or name the servers themselves ("mongodb://HOST,HOST")';

/** Whether an error comes from where the driver was called. */
export function isMongoError(error: unknown): error is Error & { readonly code?: unknown } {
  return hasDriversName(error) || isBareSocketError(error);
}

/** By name: an application’s client may come from another copy of the driver. */
export function hasDriversName(error: unknown): boolean {
  return error instanceof Error && /^(Mongo|BSON|PoolCleared)/.test(error.name);
}

/** The driver lets the error of a socket that breaks while it is written to through as it is (7.9). */
export function isBareSocketError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

/** The server's code, if it has answered with one. */
export function codeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

/** Whether a unique index has refused what was to be written. */
export function isDuplicateKey(error: unknown): boolean {
  return codeOf(error) === DUPLICATE_KEY;
}

/** Whether the same command may succeed soon, without anybody changing anything. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined) return PASSING.has(code);
  return isMongoError(error) && (error.name in BY_NAME || isBareSocketError(error));
}

/** Whether the command cannot have reached a server. */
export function isUnsent(error: unknown): boolean {
  if (!isMongoError(error)) return false;
  return error.name === 'MongoServerSelectionError' || error.name === 'MongoWaitQueueTimeoutError';
}

/** Whether the server has refused the command as a whole, before it did anything. */
export function isNeverBegun(error: unknown): boolean {
  return REFUSED.has(codeOf(error) ?? 0);
}

/** What is wrong and what to do, for a message that begins with the place, and the driver's own word for it: "lost the connection. … (MongoNetworkError)". */
export function problemOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined) {
    return `${BY_CODE[code] ?? (PASSING.has(code) ? NO_PRIMARY : 'could not be used')} (${code})`;
  }
  const dns = problemOfDns(error);
  if (dns !== undefined) return `${dns} (${(error as NodeJS.ErrnoException).code})`;
  const name = isBareSocketError(error) ? 'MongoNetworkError' : error instanceof Error ? error.name : '';
  return `${BY_NAME[name] ?? 'could not be used'} (${name || String(error)})`;
}

/** The servers behind an address of "mongodb+srv" are asked for before any of them is connected to. */
function problemOfDns(error: unknown): string | undefined {
  if (!(error instanceof Error && 'syscall' in error && /^query(Srv|Txt)$/.test(String(error.syscall))))
    return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'ENODATA' ? NO_SUCH_NAME : NO_DNS;
}
