import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

/** RFC 9457, with the error's `code` for programs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [fact: string]: unknown;
}

const STATUS: Readonly<Record<string, number>> = {
  'invalid-argument': 400,
  'projection-behind': 503,
  'read-models-closed': 503,
  'store-unavailable': 503,
  'unknown-projection': 503,
};

const FACTS = ['reason', 'position', 'wanted', 'argument', 'fields'] as const;

/** What is our fault is told without details. */
export function problemOf(error: unknown): Problem {
  const theirs = statusOf(error);
  if (theirs !== undefined) return ofHttp(theirs, error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = STATUS[code];
  if (status === undefined || !(error instanceof Error)) {
    return problem('internal-error', 500, 'Nothing that you can change. The cause is in the log.');
  }
  const facts = error as unknown as Readonly<Record<string, unknown>>;
  const told = Object.fromEntries(
    FACTS.filter((fact) => facts[fact] !== undefined).map((fact) => [fact, facts[fact]]),
  );
  const hidden = code === 'store-unavailable' || code === 'unknown-projection';
  return problem(
    code,
    status,
    hidden ? 'The read models cannot be read at the moment.' : error.message,
    told,
  );
}

function ofHttp(status: number, error: unknown): Problem {
  const name = STATUS_CODES[status] ?? 'Error';
  const code = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  const detail = error instanceof Error ? error.message : 'The request cannot be answered.';
  return problem(code, status, detail, healthOf(error));
}

/** Of errors of Nest, and of those of Express that are the client's, such as a path that cannot be decoded. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** What a failing health check has found. */
function healthOf(error: unknown): object {
  const answer = error instanceof HttpException ? error.getResponse() : undefined;
  return typeof answer === 'object' && 'details' in answer ? { details: answer.details } : {};
}

function problem(code: string, status: number, detail: string, facts: object = {}): Problem {
  return {
    type: `urn:varve:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    code,
    ...facts,
  };
}
