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
  if (error instanceof HttpException) return ofHttp(error);
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

function ofHttp(error: HttpException): Problem {
  const status = error.getStatus();
  const name = STATUS_CODES[status] ?? 'Error';
  return problem(name.toLowerCase().replaceAll(/[^a-z]+/g, '-'), status, error.message);
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
