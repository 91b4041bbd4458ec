import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Problem } from './problem.js';

/** Answers every error as problem details (RFC 9457); the app says which problem an error is. */
@Catch()
export abstract class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger(this.constructor.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  protected abstract problemOf(error: unknown): Problem;

  /** Whether the operator has to know of it: the log then has the error with its stack, which the client is not told. */
  protected abstract isLogged(problem: Problem): boolean;

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const problem = this.problemOf(error);
    if (this.isLogged(problem))
      this.#logger.error(error instanceof Error ? (error.stack ?? error.message) : error);
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    if (problem.status === 503) httpAdapter.setHeader(response, 'Retry-After', '1');
    httpAdapter.reply(response, problem, problem.status);
  }
}
