import type { IncomingMessage } from 'node:http';
import type { HttpAdapterHost } from '@nestjs/core';
import { runWithContext, type VarveContext } from '../../context/context.js';

type HttpAdapter = HttpAdapterHost['httpAdapter'] | undefined;
type PreValidation = (request: { readonly raw: IncomingMessage }, reply: unknown, done: () => void) => void;

/**
 * Fastify reads the body after the middleware, in callbacks of the socket, which know nothing of the middleware's context; a request with a
 * body would leave it there. Express has read the body before.
 */
export function reenterAfterBody(
  adapter: HttpAdapter,
  contextOf: (request: IncomingMessage) => VarveContext | undefined,
): void {
  if (adapter?.getType() !== 'fastify') return;
  const fastify = adapter.getInstance<{ addHook(name: 'preValidation', hook: PreValidation): void }>();
  fastify.addHook('preValidation', (request, _reply, done) => {
    const context = contextOf(request.raw);
    if (context) runWithContext(context, done);
    else done();
  });
}
