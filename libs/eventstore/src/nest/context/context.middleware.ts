import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Optional, type NestMiddleware } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { runWithContext, type VarveContext } from '../../context/context.js';
import { CONTEXT_OPTIONS, type ContextOptions } from './context-options.js';
import { contextOfRequest, CORRELATION_HEADER } from './request-context.js';
import { reenterAfterBody } from './reenter-after-body.js';

/** Runs all that follows of a request in its context: other middleware, guards, pipes, handlers and exception filters. */
@Injectable()
export class ContextMiddleware implements NestMiddleware<IncomingMessage, ServerResponse> {
  readonly #contexts = new WeakMap<IncomingMessage, VarveContext>();
  readonly #options: ContextOptions;

  constructor(
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Optional() @Inject(CONTEXT_OPTIONS) options?: ContextOptions,
  ) {
    this.#options = options ?? {};
    reenterAfterBody(host.httpAdapter, (request) => this.#contexts.get(request));
  }

  use(request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void {
    const context = this.#contexts.get(request) ?? contextOfRequest(request, this.#options);
    this.#contexts.set(request, context);
    response.setHeader(CORRELATION_HEADER, context.correlationId);
    runWithContext(context, () => next());
  }
}
