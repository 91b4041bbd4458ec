import { problemOfDns } from '@varve/eventstore/mongodb';
import { MongoNetworkError } from 'mongodb';
import { ReadModelsUnavailableError } from '../index.js';

/** Another transaction was in the way, or the server has ended this one: it can be done again as it is. */
const CONFLICTS = new Set([112, 246, 251]);

/**
 * Codes of a server that steps down, shuts down or has lost its majority for a while. From the driver specification "Retryable Writes",
 * with 50 (time limit) and 64 (write concern).
 */
const PASSING = new Set([6, 7, 50, 64, 89, 91, 134, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** The operation itself is wrong: a value, a type, a right, a size, a validation rule, a unique index. */
const OF_THE_OPERATION = new Set([2, 9, 13, 14, 18, 28, 40, 66, 121, 8_000, 10_334, 11_000]);

const DUPLICATE_KEY = 11_000;

const ADVICE: Readonly<Record<string, string>> = {
  13: 'refuses the operation. Give the user the role "readWrite" on the database',
  18: 'refuses the credentials. Check user, password and "authSource" in the URI',
  50: 'did not answer within the time limit. Look at the load of the server',
  64: 'could not get the write confirmed by a majority. Check that a majority of the replica set runs and keeps up',
  112: 'was busy with other transactions on the same documents. Look for a long one',
  8000: 'refuses the credentials. Check user and password in the URI',
  14031: 'cannot grow: the disk of the server is full. Make room',
  MongoServerSelectionError:
    'cannot be reached: no primary has answered. Check the address, the network, and that the servers run',
  MongoNetworkError: 'lost the connection. Check the network and the server’s log',
  MongoNetworkTimeoutError: 'did not answer in time. Check the network and the server’s load',
  MongoOperationTimeoutError: 'did not answer in time. Check the server’s load, or raise "commandTimeout"',
  PoolClearedOnNetworkError: 'lost its connections. Check the network and the server’s log',
  MongoPoolClearedError: 'lost its connections. Check the network and the server’s log',
  MongoWaitQueueTimeoutError: 'has no free connection. Raise "maxPoolSize" of the client',
};

const PASSING_NAMES = new Set(Object.keys(ADVICE).filter((key) => hasDriversName({ name: key })));

/** By name: an application’s client may come from another copy of the driver. */
export function isMongoError(error: unknown): error is Error {
  return error instanceof Error && hasDriversName(error);
}

function hasDriversName({ name }: Pick<Error, 'name'>): boolean {
  return /^(Mongo|BSON|PoolCleared)/.test(name);
}

/**
 * The error of an operation of the driver. It lets that of a socket that breaks while it is written to through as it is (7.9); here it is the
 * lost connection that every other one is. To be asked where the driver is called: a handler's own sockets break alike.
 */
export function errorOfDriver(error: unknown): unknown {
  const isBare =
    error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
  return isBare ? new MongoNetworkError(error.message, { cause: error }) : error;
}

/** Handlers wrap errors, so the causes count too. */
export function mongoErrorIn(error: unknown): Error | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (hasDriversName(current)) return current;
    current = current.cause;
  }
  return undefined;
}

export function serverCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'number' ? error.code : undefined;
}

export function isDuplicateKey(error: unknown): boolean {
  return serverCodeOf(error) === DUPLICATE_KEY;
}

export function hasLabel(error: unknown, label: string): boolean {
  if (typeof error !== 'object' || error === null || !('errorLabels' in error)) return false;
  return Array.isArray(error.errorLabels) && error.errorLabels.includes(label);
}

/** Whether the server could not do at the moment what it can do at other times. */
export function isPassing(error: unknown): boolean {
  const code = serverCodeOf(error);
  if (code !== undefined) return PASSING.has(code) || CONFLICTS.has(code);
  return isMongoError(error) && PASSING_NAMES.has(error.name);
}

/**
 * What a failure inside a transaction means. `again`: the transaction did nothing wrong. `perhaps`: nobody knows this code; a server that
 * gives its conflicts codes of its own, and no labels, is one that it is worth being patient with. `final`: the operation itself is wrong.
 */
export function verdictOn(error: unknown): 'again' | 'perhaps' | 'final' {
  const failure = mongoErrorIn(error);
  if (!failure) return 'final';
  if (hasLabel(failure, 'TransientTransactionError') || isPassing(failure)) return 'again';
  const code = serverCodeOf(failure);
  return code === undefined || OF_THE_OPERATION.has(code) ? 'final' : 'perhaps';
}

export function unavailable(
  error: unknown,
  location: string,
  outcome = 'Nothing was saved.',
): ReadModelsUnavailableError {
  const failure = mongoErrorIn(error) ?? error;
  const code = serverCodeOf(failure);
  const tag = String(code ?? (failure instanceof Error ? failure.name : failure));
  const known = ADVICE[tag] ?? (isPassing(failure) ? NO_PRIMARY : 'could not be used');
  return new ReadModelsUnavailableError(
    `The server of the read models ${location} ${known} (${tag}). ${outcome}`,
    {
      cause: error,
    },
  );
}

const NO_PRIMARY = 'has no primary at the moment; usually there is one again within seconds';

/** An error of the driver, outside of a handler's transaction, as one of ours; every other error as it is. */
export function translated(error: unknown, location: string): unknown {
  const dns = problemOfDns(error);
  if (dns !== undefined)
    return new ReadModelsUnavailableError(`The server of the read models ${location} ${dns}.`, {
      cause: error,
    });
  const failure = errorOfDriver(error);
  return isMongoError(failure) ? unavailable(failure, location) : error;
}
