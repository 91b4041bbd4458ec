import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { problem } from './problem.js';
import type { Problem } from './problem.js';

/** Of errors of Nest, and of those of Express and Fastify that are the client's; `undefined` for every other. */
export function problemOfHttp(error: unknown): Problem | undefined {
  const status = statusOf(error);
  if (status === undefined) return undefined;
  const detail = error instanceof Error ? error.message : 'The request cannot be answered.';
  return problem(codeOf(status), status, detail, healthOf(error));
}

/** A status of 500 and above is believed of Nest's own errors alone. */
function statusOf(error: unknown): number | undefined {
  const isNests = error instanceof HttpException;
  const status = isNests ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status !== 'number' || !Number.isInteger(status)) return undefined;
  return status >= 400 && status < (isNests ? 600 : 500) ? status : undefined;
}

/** `413` → `payload-too-large` */
function codeOf(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

/** What a failing health check has found. */
function healthOf(error: unknown): object {
  const answer = error instanceof HttpException ? error.getResponse() : undefined;
  return typeof answer === 'object' && 'details' in answer ? { details: answer.details } : {};
}
