import { InvalidArgumentError, StoreUnavailableError } from '@varve/eventstore';
import type { HttpLogSettings } from './http-log-options.js';

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
  asUnavailable({ host }: URL): StoreUnavailableError {
    return new StoreUnavailableError(
      `The log at ${host} could not be asked: ${this.message}. It is tried again.`,
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
  const token = await settings.token();
  const response = await settings
    .fetch(url, {
      headers: { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeout + patience)]),
      // A secret must not be sent to wherever an answer points.
      redirect: 'error',
    })
    .catch((error: unknown) => lost(error));
  const text = await response.text().catch((error: unknown) => lost(error));
  if (response.ok) return parsed(text, url);
  throw refused(response.status, url, text);
}

function lost(error: unknown): never {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  throw new LostOnTheWay(cause instanceof Error ? cause.message : String(cause), { cause: error });
}

function parsed(text: string, { host }: URL): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StoreUnavailableError(
      `What answers at ${host} is no endpoint of a log. Check the address.`,
      'not-written',
      { cause },
    );
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'Check the token, here and there',
  403: 'Check the token, here and there',
  404: 'Check the address: no log is served there',
};

function refused(status: number, { host, pathname }: URL, text: string): Error {
  if (status === 400)
    return new InvalidArgumentError('request', `The log at ${host} refused a request: ${text}`);
  if (status >= 500 || status === 408 || status === 429) {
    return new LostOnTheWay(`${pathname} answered ${status}`, { cause: new Error(text.slice(0, 500)) });
  }
  const advice = ADVICE[status] ?? 'It is tried again';
  return new StoreUnavailableError(
    `The log at ${host}${pathname} answered ${status}. ${advice}.`,
    'not-written',
  );
}
