import { InvalidArgumentError, messageOf, StoreUnavailableError } from '@varve/eventstore';
import { assertToken, type HttpLogSettings } from './http-log-options.js';

export interface Asked {
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  /** The service may take this much longer, in milliseconds. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

/** Asks once more, or twice, when the request or its answer was lost on the way; everything here can be asked again. */
export async function request(settings: HttpLogSettings, asked: Asked): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask(settings, asked);
    } catch (error) {
      asked.signal.throwIfAborted();
      if (!(error instanceof LostOnTheWay)) throw error;
      if (attempt >= settings.retries) throw error.asUnavailable(settings.url);
    }
  }
}

class LostOnTheWay extends Error {
  asUnavailable(url: URL): StoreUnavailableError {
    return new StoreUnavailableError(
      `The log at ${addressOf(url)} could not be asked: ${this.message}. It is tried again.`,
      'not-written',
      { cause: this.cause },
    );
  }
}

async function ask(
  settings: HttpLogSettings,
  { path, query = {}, patience = 0, signal }: Asked,
): Promise<unknown> {
  const url = new URL(path, settings.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const token = await tokenOf(settings);
  const response = await settings
    .fetch(url, {
      headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeout + patience)]),
      // A secret must not be sent to wherever an answer points.
      redirect: 'error',
    })
    .catch((error: unknown) => lost(error));
  const text = await textOf(response, url, settings.maxAnswerBytes);
  // Something that shows requests, such as a proxy's page for debugging, would have the secret in errors and logs.
  const says = (): string => excerptOf(token ? text.replaceAll(token, '***') : text);
  if (response.ok) return parsed(text, url, says);
  throw refused(response.status, url, says());
}

async function tokenOf(settings: HttpLogSettings): Promise<string | undefined> {
  const token = await givenToken(settings);
  if (token !== undefined) assertToken(token);
  return token;
}

async function givenToken({ token, url }: HttpLogSettings): Promise<string | undefined> {
  try {
    return await token();
  } catch (cause) {
    throw new StoreUnavailableError(
      `The token for the log at ${addressOf(url)} could not be had: the function that gives it failed.`,
      'not-written',
      { cause },
    );
  }
}

/** Reads no further than that, whatever the answer says of its size. */
async function textOf({ body }: Response, url: URL, most: number): Promise<string> {
  const pieces: AsyncIterable<Uint8Array> | readonly Uint8Array[] = body ?? [];
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of pieces) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size > most) break;
    }
  } catch (error) {
    lost(error);
  }
  if (size <= most) return new TextDecoder().decode(Buffer.concat(chunks));
  throw new StoreUnavailableError(
    `What answers at ${addressOf(url)} gives more than ${most} bytes. Check the address; if a commit is that large, raise "maxAnswerBytes".`,
    'not-written',
  );
}

function lost(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  throw new LostOnTheWay(messageOf(cause), { cause: error });
}

function parsed(text: string, url: URL, says: () => string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StoreUnavailableError(
      `What answers at ${addressOf(url)} is no endpoint of a log: it says "${says()}". Check the address.`,
      'not-written',
    );
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'Check the token, here and there',
  403: 'Check the token, here and there',
  404: 'Check the address: no log is served there',
};

function refused(status: number, url: URL, says: string): Error {
  const address = addressOf(url);
  if (status === 400) {
    return new InvalidArgumentError('request', `The log at ${address} refused a request: ${says}`);
  }
  if (status >= 500 || status === 408 || status === 429) {
    return new LostOnTheWay(`${url.pathname} answered ${status}`, { cause: new Error(says) });
  }
  const advice = ADVICE[status] ?? 'It is tried again';
  return new StoreUnavailableError(`The log at ${address} answered ${status}. ${advice}.`, 'not-written');
}

/** Without what was asked. */
export function addressOf({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

const MOST_QUOTED = 200;

/** What somebody else says must not fill a log file, nor write lines into it. */
function excerptOf(text: string): string {
  const quoted = text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}…` : text;
  return quoted.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
