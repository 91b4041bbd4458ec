import { EventUndecodableError } from '../log/errors.js';
import type { NewEvent } from '../log/event.js';
import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';

/**
 * Adds a commit's events without what an aggregate does not need of a recorded one, and says how many they are.
 *
 * @throws EventUndecodableError
 */
export function addPayloads(text: string, stream: StreamName, into: NewEvent[]): number {
  const parsed = parse(text, stream);
  const count = parsed.length;
  for (let i = 0; i < count; i++) {
    const event = parsed[i];
    if (typeof event?.type !== 'string') throw undecodable(stream, 'an event has no type');
    into.push(event);
  }
  return count;
}

export function missingCommit(stream: StreamName, before: StreamVersion): EventUndecodableError {
  return undecodable(stream, `a commit before version ${before} is missing; run "varve doctor"`);
}

export function undecodable(stream: StreamName, problem: string, cause?: unknown): EventUndecodableError {
  return new EventUndecodableError(
    '(commit)',
    `stream "${stream}"`,
    problem,
    cause === undefined ? {} : { cause },
  );
}

function parse(text: string, stream: StreamName): readonly (NewEvent | null)[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw undecodable(stream, 'a text is not JSON', error);
  }
  if (!Array.isArray(parsed)) throw undecodable(stream, 'a text holds no events');
  return parsed as readonly (NewEvent | null)[];
}
