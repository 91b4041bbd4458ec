import type { IncomingMessage, ServerResponse } from 'node:http';
import { Inject, Injectable, Optional, type NestMiddleware } from '@nestjs/common';
import { runWithContext, type VarveContext } from '../../context/context.js';
import { CONTEXT_OPTIONS, type ContextOptions } from './context-options.js';
import { contextOfRequest, CORRELATION_HEADER } from './request-context.js';

/**
 * Runs all that follows of a request in its context: other middleware, guards, pipes, handlers and exception filters. It uses nothing but
 * Node's request and response, which Express and Fastify both hand to middleware.
 */
@Injectable()
export class ContextMiddleware implements NestMiddleware<IncomingMessage, ServerResponse> {
  readonly #options: ContextOptions;

  constructor(@Optional() @Inject(CONTEXT_OPTIONS) options?: ContextOptions) {
    this.#options = options ?? {};
  }

  use(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const context = contexts.get(request) ?? contextOfRequest(request, this.#options);
    contexts.set(request, context);
    response.setHeader(CORRELATION_HEADER, context.correlationId);
    runWithContext(context, () => next());
  }
}

/** Shared by all instances: middleware that is mounted twice must not make a second context. */
const contexts = new WeakMap<IncomingMessage, VarveContext>();
