import type { CanActivate, Type } from '@nestjs/common';
import { shownOption } from '@varve/eventstore';
import { assertKnownOptions } from '../../message/known-options.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';

/** What `LogEndpointModule.forRoot` takes. One of `token`, `guard` and `public: true` is needed. */
export interface LogEndpointOptions {
  /** The name of the event store. Default: the only one. */
  readonly store?: string;
  /** Default `varve/log`, behind the app's global prefix if it has one. */
  readonly path?: string;
  /** One of these must come as `Authorization: Bearer`: several while a secret is changed. A function is asked for each request. */
  readonly token?:
    string | readonly string[] | (() => string | readonly string[] | Promise<string | readonly string[]>);
  /** A guard of the app's own, beside the token or instead of it. */
  readonly guard?: Type<CanActivate> | CanActivate;
  /** Everybody may read everything. */
  readonly public?: boolean;
}

export interface LogEndpointSettings {
  readonly store: string | undefined;
  readonly path: string;
  readonly tokens: (() => Promise<readonly string[]>) | undefined;
  readonly guard: Type<CanActivate> | CanActivate | undefined;
}

const KNOWN = { store: 'string', path: 'string', token: true, guard: true, public: 'boolean' } as const;

/** @throws InvalidBusOptionsError when anybody could read the log without that being said */
export function logEndpointSettings(options: LogEndpointOptions): LogEndpointSettings {
  assertKnownOptions<LogEndpointOptions>('LogEndpointModule', options, KNOWN);
  const { store, path = 'varve/log', token, guard } = options;
  if (!token && !guard && options.public !== true) {
    throw new InvalidBusOptionsError(
      'token',
      'LogEndpointModule would let everybody read the log. Give it a token or a guard, or say public: true.',
    );
  }
  assertGuard(guard);
  if (token && typeof token !== 'function') assertTokens(token);
  return { store, path, tokens: token ? tokensOf(token) : undefined, guard };
}

function assertGuard(guard: unknown): void {
  if (guard === undefined || typeof guard === 'function') return;
  const isGuard = typeof guard === 'object' && guard !== null && 'canActivate' in guard;
  if (isGuard && typeof guard.canActivate === 'function') return;
  throw new InvalidBusOptionsError(
    'guard',
    `"guard" of LogEndpointModule is ${shownOption(guard)}. Give a guard, or its class.`,
  );
}

function assertTokens(token: unknown): void {
  const tokens: readonly unknown[] = Array.isArray(token) ? token : [token];
  if (tokens.length === 0 || tokens.includes(''))
    throw new InvalidBusOptionsError('token', 'One of the tokens of LogEndpointModule is empty.');
  if (tokens.every((each) => typeof each === 'string')) return;
  throw new InvalidBusOptionsError('token', 'One of the tokens of LogEndpointModule is no text.');
}

function tokensOf(token: NonNullable<LogEndpointOptions['token']>): () => Promise<readonly string[]> {
  return async () => {
    const given = typeof token === 'function' ? await token() : token;
    return typeof given === 'string' ? [given] : given;
  };
}
