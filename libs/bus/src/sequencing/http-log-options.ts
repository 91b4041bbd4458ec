import { shownOption, systemTimers, type Timers } from '@varve/eventstore';
import { assertKnownOptions } from '../message/known-options.js';
import { InvalidBusOptionsError } from '../transport/errors.js';

/** What an `HttpLogReader` is made of. Only `url` is needed. */
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
  /** An answer that is larger is not read; default 64 MiB. One commit must fit, a page ends at about 4 MiB otherwise. */
  readonly maxAnswerBytes?: number;
  /** What requests are made by. Default: Node's own. */
  readonly fetch?: typeof fetch;
  /** What it pauses by between two waits for commits. Default `systemTimers`. */
  readonly timers?: Timers;
}

export interface HttpLogSettings extends Required<Omit<HttpLogReaderOptions, 'token' | 'url'>> {
  readonly url: URL;
  readonly token: () => string | undefined | Promise<string>;
}

const KNOWN = {
  url: true,
  token: true,
  timeout: true,
  retries: true,
  longPoll: true,
  maxAnswerBytes: true,
  fetch: 'function',
  timers: 'object',
} as const;
const MEBIBYTE = 1024 * 1024;

/** @throws InvalidBusOptionsError */
export function httpLogSettings(options: HttpLogReaderOptions): HttpLogSettings {
  assertKnownOptions<HttpLogReaderOptions>('the reader of a log', options, KNOWN);
  const { token, timeout = 10_000, retries = 2, longPoll = 20_000, maxAnswerBytes = 64 * MEBIBYTE } = options;
  assertNumber('timeout', timeout, 1, 600_000);
  assertNumber('retries', retries, 0, 100);
  assertNumber('longPoll', longPoll, 1, 30_000);
  assertNumber('maxAnswerBytes', maxAnswerBytes, 1, 512 * MEBIBYTE);
  if (token !== undefined && typeof token !== 'function') assertToken(token);
  const { fetch = globalThis.fetch, timers = systemTimers } = options;
  const url = urlOf(options.url);
  const asked = typeof token === 'function' ? token : () => token;
  return { url, token: asked, timeout, retries, longPoll, maxAnswerBytes, fetch, timers };
}

/** Says nothing of what the token is. @throws InvalidBusOptionsError */
export function assertToken(token: unknown): asserts token is string {
  if (
    typeof token === 'string' &&
    /^[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?$/.test(token)
  )
    return;
  throw new InvalidBusOptionsError(
    'token',
    token === ''
      ? 'The token of the log is empty. Leave it out, or give it.'
      : 'The token of the log cannot be sent as a header. Is there a line break or a space around it?',
  );
}

function urlOf(url: unknown): URL {
  if (typeof url !== 'string')
    throw new InvalidBusOptionsError('url', '"url" is no text. Use http(s)://host/varve/log.');
  const parsed = URL.parse(url.endsWith('/') ? url : `${url}/`);
  const isAddress = parsed && /^https?:$/.test(parsed.protocol) && !parsed.search && !parsed.hash;
  if (isAddress && !parsed.username && !parsed.password) return parsed;
  const withoutSecrets = url.replace(/\/\/.*@/s, '//…@').replace(/[?#].*$/s, (rest) => `${rest.charAt(0)}…`);
  throw new InvalidBusOptionsError(
    'url',
    `${JSON.stringify(withoutSecrets)} is no address of a log's endpoint. Use http(s)://host/varve/log, and give the secret as token.`,
  );
}

function assertNumber(option: string, value: number, least: number, most: number): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw new InvalidBusOptionsError(
    option,
    `"${option}" is ${shownOption(value)}. Use a number from ${least} to ${most}.`,
  );
}
