import type { VarveContext } from '../../context/context.js';
import type { ContextOptions, ContextRequest, ContextValues } from './context-options.js';

export const CORRELATION_HEADER = 'x-correlation-id';

/** The context of a request that has just arrived. */
export function contextOfRequest(request: ContextRequest, options: ContextOptions): VarveContext {
  const correlationId =
    acceptable(headerOf(request, CORRELATION_HEADER)) ??
    traceIdOf(headerOf(request, 'traceparent')) ??
    newCorrelationId(options);
  return { correlationId, ...valuesOf(request, options) };
}

/** What the options know about a request, and only that. */
export function valuesOf(request: ContextRequest, options: ContextOptions): ContextValues {
  return defined({ ...options.values?.(request), actor: options.actor?.(request) });
}

export function contextOfMessage(brought: ContextValues, options: ContextOptions): VarveContext {
  const { correlationId } = brought;
  const known = typeof correlationId === 'string' ? correlationId : undefined;
  return { ...defined(brought), correlationId: known ?? newCorrelationId(options) };
}

function newCorrelationId(options: ContextOptions): string {
  return options.newCorrelationId?.() ?? crypto.randomUUID();
}

function headerOf(request: ContextRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

/** Whoever calls chooses this header, and it is stored with every event: 128 visible ASCII characters at most, or it counts as absent. */
function acceptable(correlationId: string | undefined): string | undefined {
  return correlationId !== undefined && /^[\x21-\x7e]{1,128}$/.test(correlationId)
    ? correlationId
    : undefined;
}

/** The trace id of W3C Trace Context; all zeros is invalid there. */
function traceIdOf(traceparent: string | undefined): string | undefined {
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '')?.[1];
  return traceId === '0'.repeat(32) ? undefined : traceId;
}

function defined(values: ContextValues): ContextValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
