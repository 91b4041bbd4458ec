import { writeFailedBecause } from '../adapter/write-failed.js';
import { StoreUnavailableError } from '../log/errors.js';

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
const ADVICE: Readonly<Record<number, string>> = {
  13: 'refuses the operation. Give the user the role "readWrite" on the database',
  18: 'refuses the credentials. Check user, password and "authSource" in the URI',
  50: 'did not answer within the time limit. Look at the load of the server',
  64: 'could not get the write confirmed by a majority. Check that a majority of the replica set runs and keeps up',
  100: 'has too few members for a majority write. Check the replica set’s configuration',
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

const PASSING_NAMES = new Set(Object.keys(BY_NAME));

const NO_SUCH_NAME =
  'cannot be found: DNS has no servers of MongoDB under that name. Check the host of the "mongodb+srv" address';
const NO_DNS =
  'cannot be found: DNS did not answer. Check the network, or name the servers themselves ("mongodb://HOST,HOST")';

/** By name and code: an application’s client may come from another copy of the driver. */
export function isMongoError(error: unknown): error is Error & { readonly code?: unknown } {
  return error instanceof Error && (/^(Mongo|BSON|PoolCleared)/.test(error.name) || isBareSocketError(error));
}

/** The driver lets the error of a socket that breaks while it is written to through as it is (7.9). */
function isBareSocketError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

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
  return isMongoError(error) && (PASSING_NAMES.has(error.name) || isBareSocketError(error));
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

interface Failed {
  /** What is at the location, in a message's words. */
  readonly kind: string;
  readonly written: StoreUnavailableError['written'];
}

/** An error of the driver as one of ours; every other error as it is. */
export function translateError(error: unknown, location: string, of: Partial<Failed> = {}): Error {
  const { kind, written = 'not-written' } = of;
  if (isMongoError(error)) {
    return new StoreUnavailableError(describe(error, location, kind), written, { cause: error });
  }
  return error instanceof Error ? error : new Error(String(error), { cause: error });
}

export function writeFailed(
  error: unknown,
  location: string,
  written: 'not-written' | 'unknown',
): StoreUnavailableError {
  return writeFailedBecause(describe(error, location), written, error);
}

function describe(error: unknown, location: string, kind = 'log'): string {
  const dns = problemOfDns(error);
  if (dns !== undefined) return `The ${kind} ${location} ${dns} (${(error as NodeJS.ErrnoException).code}).`;
  const code = codeOf(error);
  const name = isBareSocketError(error) ? 'MongoNetworkError' : error instanceof Error ? error.name : '';
  const known =
    code === undefined ? BY_NAME[name] : (ADVICE[code] ?? (PASSING.has(code) ? NO_PRIMARY : undefined));
  const tag = code ?? (name || String(error));
  return `The ${kind} ${location} ${known ?? 'could not be used'} (${tag}).`;
}

/** The servers behind an address of "mongodb+srv" are asked for before any of them is connected to. */
export function problemOfDns(error: unknown): string | undefined {
  if (!(error instanceof Error && 'syscall' in error && /^query(Srv|Txt)$/.test(String(error.syscall))))
    return undefined;
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' || code === 'ENODATA' ? NO_SUCH_NAME : NO_DNS;
}

const NO_PRIMARY = 'has no primary at the moment. It usually has one again within seconds: retry';
