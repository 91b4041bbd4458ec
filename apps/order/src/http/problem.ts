import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { isEventStoreError } from '@varve/eventstore';
import type {
  DomainRuleError,
  EventStoreError,
  EventStoreErrorCode,
  StoreUnavailableError,
} from '@varve/eventstore';
import { PreconditionFailedError } from '../order/precondition.js';
import { InvalidRequestError } from './invalid-request.js';

/** RFC 9457, with the error's `code` for programs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [fact: string]: unknown;
}

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
  'store-unavailable': 503,
  'stream-closed': 409,
};

const TITLES: Readonly<Record<string, string>> = {
  'commit-fenced': 'The command came too late',
  'commit-id-reused': 'The idempotency key stands for another command',
  'concurrency-conflict': 'Somebody else changed the order at the same time',
  'domain-rule-violated': 'A rule of the shop forbids it',
  'internal-error': 'Something is wrong on our side',
  'invalid-request': 'The request is not valid',
  'order-unknown': 'There is no such order',
  'precondition-failed': 'The order has changed since you saw it',
  'store-unavailable': 'Orders cannot be stored at the moment',
  'stream-closed': 'The order is closed',
};

export function problemOf(error: unknown): Problem {
  if (error instanceof InvalidRequestError) {
    return problem(error.code, 400, error.message, { in: error.part, errors: error.fields });
  }
  if (error instanceof PreconditionFailedError) {
    return problem(error.code, 412, error.message, { version: error.actual });
  }
  if (isEventStoreError(error)) return problemOfStore(error);
  const status = statusOf(error);
  if (status === undefined)
    return problem('internal-error', 500, 'Nothing that you can change. The cause is in the log.');
  const detail = error instanceof Error ? error.message : 'The request cannot be answered.';
  return problem(codeOf(status), status, detail, healthOf(error));
}

function problemOfStore(error: EventStoreError): Problem {
  if (isRuleError(error)) {
    return error.rule === 'not-placed'
      ? problem('order-unknown', 404, error.message)
      : problem(error.code, 422, error.message, { rule: error.rule });
  }
  const status = STATUS[error.code];
  if (status === undefined)
    return problem('internal-error', 500, 'Nothing that you can change. The cause is in the log.');
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

/** Errors of Nest, Express and Fastify that are the client's: anything below 500 with a status of its own. */
function statusOf(error: unknown): number | undefined {
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : (error as { statusCode?: unknown } | null)?.statusCode;
  const known = typeof status === 'number' && Number.isInteger(status) && status >= 400 && status < 600;
  const ours = known && status >= 500 && !(error instanceof HttpException);
  return known && !ours ? status : undefined;
}

/** What a failing health check has found. */
function healthOf(error: unknown): Readonly<Record<string, unknown>> {
  const answer = error instanceof HttpException ? error.getResponse() : undefined;
  return typeof answer === 'object' && 'details' in answer ? { details: answer.details } : {};
}

/** `413` → `payload-too-large` */
function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

function problem(
  code: string,
  status: number,
  detail: string,
  facts: Readonly<Record<string, unknown>> = {},
): Problem {
  const title = TITLES[code] ?? STATUS_CODES[status] ?? 'Error';
  return { type: `urn:varve:problem:${code}`, title, status, detail, code, ...facts };
}
