import { InvalidArgumentError } from './errors.js';
import type { StreamVersion } from './positions.js';

/**
 * What the writer believes about the stream. There is no default: an append that does not say what it expects overwrites a decision that
 * somebody else has made in the meantime.
 *
 * - a number: the stream's last event has this version (0: it has no events)
 * - `no-stream`: the stream has no events
 * - `stream-exists`: the stream has at least one event
 * - `any`: append wherever the stream stands
 *
 * A closed stream meets no expectation.
 */
export type ExpectedVersion = StreamVersion | 'no-stream' | 'stream-exists' | 'any';

/** Whether a stream at version `actual` is as expected. That it is closed is for the store to know. */
export function meets(expected: ExpectedVersion, actual: StreamVersion): boolean {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return actual === 0;
  if (expected === 'stream-exists') return actual > 0;
  return expected === actual;
}

/** For adapters: lets everything pass that an append can expect. @throws InvalidArgumentError it is none of what an append can expect */
export function assertExpectedVersion(expected: ExpectedVersion): void {
  const known = expected === 'any' || expected === 'no-stream' || expected === 'stream-exists';
  if (known || (Number.isSafeInteger(expected) && expected >= 0)) return;
  throw new InvalidArgumentError(
    'expected',
    `The expected version is ${String(expected)}. Use a whole number from 0, 'no-stream', 'stream-exists' or 'any'.`,
  );
}
