import { InvalidBusOptionsError } from '../transport/errors.js';

export interface HttpLogReaderOptions {
  /** Where the service that owns the log has its endpoint, such as `https://orders.internal/varve/log`. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. A function is asked for each request, so that a secret can be changed. */
  readonly token?: string | (() => string | Promise<string>);
  /** For one request, in milliseconds; default 10,000. A wait for commits may take `longPoll` longer. */
  readonly timeout?: number;
  /** How often a request that failed on its way is tried again at once; default 2. After that it is the caller's turn to wait. */
  readonly retries?: number;
  /** How long the service may keep a wait for commits open, in milliseconds, 1 to 30,000; default 20,000. */
  readonly longPoll?: number;
  readonly fetch?: typeof fetch;
}

export interface HttpLogSettings extends Required<Omit<HttpLogReaderOptions, 'token' | 'url'>> {
  readonly url: URL;
  readonly token: () => string | undefined | Promise<string>;
}

/** @throws InvalidBusOptionsError */
export function httpLogSettings(options: HttpLogReaderOptions): HttpLogSettings {
  const { token, timeout = 10_000, retries = 2, longPoll = 20_000, fetch = globalThis.fetch } = options;
  assertNumber('timeout', timeout, 1, 600_000);
  assertNumber('retries', retries, 0, 100);
  assertNumber('longPoll', longPoll, 1, 30_000);
  if (token === '')
    throw new InvalidBusOptionsError('token', 'The token of the log is empty. Leave it out, or give it.');
  return {
    url: urlOf(options.url),
    token: typeof token === 'function' ? token : () => token,
    timeout,
    retries,
    longPoll,
    fetch,
  };
}

function urlOf(url: string): URL {
  const parsed = URL.parse(url.endsWith('/') ? url : `${url}/`);
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.search) return parsed;
  throw new InvalidBusOptionsError(
    'url',
    `${JSON.stringify(url.replace(/\/\/.*@/, '//…@'))} is no address of a log's endpoint. Use http(s)://host/varve/log, and give the secret as token.`,
  );
}

function assertNumber(option: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new InvalidBusOptionsError(option, `"${option}" is ${value}. Use a number from ${least} to ${most}.`);
}
