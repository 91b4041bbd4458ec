import { STATUS_CODES } from 'node:http';

/** RFC 9457, with the error's `code` for programs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly [fact: string]: unknown;
}

export function problem(code: string, status: number, detail: string, facts: object = {}): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: `urn:varve:problem:${code}`, title, status, detail, code, ...facts };
}

/** What is our fault is told without details. */
export function internalProblem(): Problem {
  return problem('internal-error', 500, 'Nothing that you can change. The cause is in the log.');
}
