import { isEventStoreError } from '@varve/eventstore';
import type {
  DomainRuleError,
  EventStoreError,
  EventStoreErrorCode,
  StoreUnavailableError,
} from '@varve/eventstore';
import { internalProblem, problem, problemOfHttp } from '@varve/http';
import type { Problem } from '@varve/http';
import { BusNotConfiguredError, CommandNotAcceptedError } from '../flash-sale/errors.js';
import { PreconditionFailedError } from '../order/precondition.js';
import { InvalidRequestError } from './invalid-request.js';

/** Everything else is our fault: 500 without details. */
const STATUS: Partial<Record<EventStoreErrorCode, number>> = {
  'commit-fenced': 409,
  'commit-id-reused': 422,
  'concurrency-conflict': 409,
  'domain-rule-violated': 422,
  'invalid-argument': 400,
  'invalid-event': 400,
  'log-diverged': 503,
  'log-sealed': 503,
  'store-closed': 503,
  'store-incompatible': 503,
  'store-unavailable': 503,
  'stream-closed': 409,
};

/** Rules that say that there is nothing there. */
const UNKNOWN: Readonly<Record<string, string>> = {
  'not-placed': 'order-unknown',
  'sale-unknown': 'sale-unknown',
};

const TITLES: Readonly<Record<string, string>> = {
  'broker-unavailable': 'Orders cannot be accepted at the moment',
  'bus-not-configured': 'This shop has no bus',
  'commit-fenced': 'The command came too late',
  'commit-id-reused': 'The idempotency key stands for another command',
  'concurrency-conflict': 'Somebody else changed the order at the same time',
  'domain-rule-violated': 'A rule of the shop forbids it',
  'internal-error': 'Something is wrong on our side',
  'invalid-request': 'The request is not valid',
  'order-unknown': 'There is no such order',
  'precondition-failed': 'The order has changed since you saw it',
  'sale-unknown': 'There is no such sale',
  'store-unavailable': 'Orders cannot be stored at the moment',
  'stream-closed': 'The order is closed',
};

export function problemOf(error: unknown): Problem {
  const found = standardProblemOf(error);
  return { ...found, title: TITLES[found.code] ?? found.title };
}

function standardProblemOf(error: unknown): Problem {
  if (error instanceof InvalidRequestError) {
    return problem(error.code, 400, error.message, { in: error.part, errors: error.fields });
  }
  if (error instanceof PreconditionFailedError) {
    return problem(error.code, 412, error.message, { version: error.actual });
  }
  if (error instanceof BusNotConfiguredError) return problem(error.code, 501, error.message);
  if (error instanceof CommandNotAcceptedError) {
    return problem(error.code, 503, error.message, { retryable: true });
  }
  if (isEventStoreError(error)) return problemOfStore(error);
  return problemOfHttp(error) ?? internalProblem();
}

function problemOfStore(error: EventStoreError): Problem {
  if (isRuleError(error)) {
    const unknown = UNKNOWN[error.rule];
    return unknown === undefined
      ? problem(error.code, 422, error.message, { rule: error.rule })
      : problem(unknown, 404, error.message);
  }
  const status = STATUS[error.code];
  if (status === undefined) return internalProblem();
  if (status < 500) return problem(error.code, status, error.message);
  return problem(error.code, status, unavailable(error), { retryable: error.retryable });
}

function isRuleError(error: EventStoreError): error is DomainRuleError {
  return error.code === 'domain-rule-violated' && 'rule' in error;
}

/** The message of a failing store may name files and hosts; what a client needs to know is what became of its command. */
function unavailable(error: EventStoreError): string {
  const unknown = (error as Partial<StoreUnavailableError>).written === 'unknown';
  return unknown
    ? 'It is not known whether the command was carried out. Send it again with the same Idempotency-Key.'
    : 'The command was not carried out. Send it again later.';
}
