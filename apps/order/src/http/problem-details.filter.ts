import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { currentContext } from '@varve/eventstore';
import { problemOf } from './problem.js';

/** Answers every error as problem details (RFC 9457). What is our fault is logged with its stack, and told without it. */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  readonly #logger = new Logger(ProblemDetailsFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const problem = problemOf(error);
    if (problem.status >= 500)
      this.#logger.error(error instanceof Error ? (error.stack ?? error.message) : error);
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    if (problem.status === 503) httpAdapter.setHeader(response, 'Retry-After', '1');
    // Errors of the body parser come from outside the request's context.
    const correlationId = currentContext()?.correlationId;
    httpAdapter.reply(response, correlationId ? { ...problem, correlationId } : problem, problem.status);
  }
}
