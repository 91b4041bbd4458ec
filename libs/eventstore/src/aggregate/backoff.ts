import { givenOptions } from '../log/known-options.js';
import { InvalidOptionsError } from '../log/errors.js';

/** How often something is tried again, and with what waits between: exponential with full jitter. */
export interface Backoff {
  readonly retries: number;
  /** Milliseconds before the first retry, at most; doubles each time. */
  readonly firstDelay: number;
  readonly maxDelay: number;
  readonly random: () => number;
  /** Resolves after so many milliseconds; rejects when `signal` is aborted. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** A conflict ends as soon as the other writer is done, which takes a disk flush: a few milliseconds. */
const DEFAULT_BACKOFF: Backoff = {
  retries: 10,
  firstDelay: 5,
  maxDelay: 250,
  random: Math.random,
  wait: waitFor,
};

/** The default backoff with some of it changed. @throws InvalidOptionsError */
export function backoffFrom(options: Partial<Backoff> = {}): Backoff {
  const backoff = { ...DEFAULT_BACKOFF, ...givenOptions(options) };
  for (const option of ['retries', 'firstDelay', 'maxDelay'] as const) {
    if (backoff[option] >= 0 && (option !== 'retries' || Number.isSafeInteger(backoff[option]))) continue;
    throw new InvalidOptionsError(
      `backoff.${option}`,
      `backoff.${option} is ${String(backoff[option])}. Use a number from 0.`,
    );
  }
  return backoff;
}

/** Waits before retry number `attempt`, from 1. */
export async function pause(backoff: Backoff, attempt: number): Promise<number> {
  const delay = delayBefore(backoff, attempt);
  await backoff.wait(delay, backoff.signal);
  return delay;
}

/** Milliseconds before retry number `attempt`, from 1: at random, up to a limit that doubles each time and ends at `maxDelay`. */
export function delayBefore(backoff: Backoff, attempt: number): number {
  const { firstDelay, maxDelay, random } = backoff;
  return Math.floor(random() * Math.min(maxDelay, firstDelay * 2 ** (attempt - 1)));
}

function waitFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
