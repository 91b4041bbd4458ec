import type { ExecutionContext } from '@nestjs/common';
import { InvalidOptionsError } from '../../log/errors.js';
import type { JsonValue } from '../../log/event.js';
import { assertKnownOptions } from '../../log/known-options.js';

export const CONTEXT_OPTIONS = Symbol('@varve/context-options');

/** What every HTTP platform's request has. On arrival it is Node's, after the guards it is the platform's. */
export interface ContextRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Keys of a context; `undefined` stands for "not known" and hides nothing. */
export type ContextValues = Readonly<Record<string, JsonValue | undefined>>;

/** What `ContextModule.forRoot` takes: where a request's or a message's context comes from. All of it may be left out. */
export interface ContextOptions {
  /** Who acts. Asked when a request arrives and again after the guards, so that it can answer from a header or from what they found. */
  actor?(request: ContextRequest): string | undefined;
  /** What else belongs into the context, and with it into the metadata of every event: a tenant, for instance. Asked like `actor`. */
  values?(request: ContextRequest): ContextValues | undefined;
  /** The context that a message of a microservice or a WebSocket brings along. */
  message?(execution: ExecutionContext): ContextValues | undefined;
  /** Makes a correlation id for what comes without one. A random UUID by default. */
  newCorrelationId?(): string;
}

const KNOWN = {
  actor: 'function',
  values: 'function',
  message: 'function',
  newCorrelationId: 'function',
} as const;

/** @throws InvalidOptionsError names the option */
export function assertOptions(options: ContextOptions): void {
  const rules = { of: 'ContextModule', known: KNOWN, error: InvalidOptionsError };
  assertKnownOptions<ContextOptions>(options, rules);
}
