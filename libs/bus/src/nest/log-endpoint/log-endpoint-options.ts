import type { CanActivate, Type } from '@nestjs/common';
import { InvalidBusOptionsError } from '../../transport/errors.js';

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

/** @throws InvalidBusOptionsError when anybody could read the log without that being said */
export function logEndpointSettings(options: LogEndpointOptions): LogEndpointSettings {
  const { store, path = 'varve/log', token, guard } = options;
  if (!token && !guard && options.public !== true) {
    throw new InvalidBusOptionsError(
      'token',
      'LogEndpointModule would let everybody read the log. Give it a token or a guard, or say public: true.',
    );
  }
  if (typeof token === 'object' && (token.length === 0 || token.includes(''))) {
    throw new InvalidBusOptionsError('token', 'One of the tokens of LogEndpointModule is empty.');
  }
  return { store, path, tokens: token ? tokensOf(token) : undefined, guard };
}

function tokensOf(token: NonNullable<LogEndpointOptions['token']>): () => Promise<readonly string[]> {
  return async () => {
    const given = typeof token === 'function' ? await token() : token;
    return typeof given === 'string' ? [given] : given;
  };
}
