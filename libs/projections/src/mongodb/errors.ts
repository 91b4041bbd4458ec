import {
  codeOf,
  hasDriversName,
  isBareSocketError,
  isMongoError,
  isPassing,
  problemOf,
} from '@varve/eventstore/mongodb';
import { MongoNetworkError } from 'mongodb';
import { ReadModelsUnavailableError } from '../index.js';

/** A snapshot that is gone, a transaction that the server has ended: it can be done again as it is. */
const ENDED_BY_SERVER = new Set([246, 251]);

/** The operation itself is wrong: a value, a type, a right, a size, a validation rule, a unique index. */
const OF_THE_OPERATION = new Set([2, 9, 13, 14, 18, 28, 40, 66, 121, 8_000, 10_334, 11_000]);

/**
 * The error of an operation of the driver, which lets that of a socket that breaks while it is written to through as it is (7.9); here it is
 * the lost connection that every other one is. To be asked where the driver is called: a handler's own sockets break alike.
 */
export function errorOfDriver(error: unknown): unknown {
  return isBareSocketError(error) ? new MongoNetworkError(error.message, { cause: error }) : error;
}

/**
 * What a failure inside a transaction means. `again`: the transaction did nothing wrong. `perhaps`: nobody knows this code; a server that
 * gives its conflicts codes of its own, and no labels, is one that it is worth being patient with. `final`: the operation itself is wrong.
 */
export function verdictOn(error: unknown): 'again' | 'perhaps' | 'final' {
  const failure = mongoErrorIn(error);
  if (!failure) return 'final';
  if (hasLabel(failure, 'TransientTransactionError') || isPassing(failure)) return 'again';
  const code = codeOf(failure);
  if (code !== undefined && ENDED_BY_SERVER.has(code)) return 'again';
  return code === undefined || OF_THE_OPERATION.has(code) ? 'final' : 'perhaps';
}

export function hasLabel(error: unknown, label: string): boolean {
  if (typeof error !== 'object' || error === null || !('errorLabels' in error)) return false;
  return Array.isArray(error.errorLabels) && error.errorLabels.includes(label);
}

/** An error of the driver, outside of a handler's transaction, as one of ours; every other error as it is. */
export function translated(error: unknown, location: string): unknown {
  return isMongoError(error) ? unavailable(error, location) : error;
}

export function unavailable(
  error: unknown,
  location: string,
  outcome = 'Nothing was saved.',
): ReadModelsUnavailableError {
  const problem = problemOf(mongoErrorIn(error) ?? error);
  return new ReadModelsUnavailableError(`The server of the read models ${location} ${problem}. ${outcome}`, {
    cause: error,
  });
}

/** Handlers wrap errors, so the causes count too. */
function mongoErrorIn(error: unknown): Error | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (hasDriversName(current)) return current;
    current = current.cause;
  }
  return undefined;
}
