import { writeFailedBecause } from '../adapter/write-failed.js';
import { InvalidOptionsError, StoreIncompatibleError, StoreUnavailableError } from '../log/errors.js';
import { messageOf } from '../log/message-of.js';
import type { ClientErrors } from './connection/open-client.js';
import { isMongoError, problemOf } from './driver-errors.js';

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
  return error instanceof Error ? error : new Error(messageOf(error), { cause: error });
}

/** @param kind what is opened, in a message's words: "log" */
export function clientErrors(kind: string): ClientErrors {
  return {
    unusable: (reason) => new InvalidOptionsError('uri', `"uri" cannot be used: ${reason}.`),
    incompatible: (message, options) => new StoreIncompatibleError(message, options),
    translated: (error, location) => translateError(error, location, { kind }),
  };
}

export function writeFailed(
  error: unknown,
  location: string,
  written: 'not-written' | 'unknown',
): StoreUnavailableError {
  return writeFailedBecause(describe(error, location), written, error);
}

function describe(error: unknown, location: string, kind = 'log'): string {
  return `The ${kind} ${location} ${problemOf(error)}.`;
}
