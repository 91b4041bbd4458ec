import { InvalidOptionsError } from '../log/errors.js';
import { shownOption } from '../log/known-options.js';
import { classNameOf, eventTypeOf } from '../schema/event-class.js';
import { assertSynchronous } from './synchronous.js';

/** @throws InvalidOptionsError `decide` has returned no array of events: nothing, as without a `return`, one event, or a promise */
export function assertDecided(decided: unknown, what: string, command: unknown): void {
  assertSynchronous(decided, () => what);
  if (Array.isArray(decided)) return;
  throw new InvalidOptionsError(
    'handlers',
    `${what} returned ${shown(decided)} for ${shown(command)}. Return an array of the events that follow, an empty one for none.`,
  );
}

/** Not what is in it, which is nobody's business. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value !== 'object' || value === null) return shownOption(value);
  return eventTypeOf(value) ?? classNameOf(value);
}
