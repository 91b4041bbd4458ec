import { encodeEvents } from '../log/commit-text.js';
import { dataOf } from '../schema/encode-event.js';
import { eventTypeOf, eventTypeOfClass } from '../schema/event-class.js';
import { assertSameEvents, listOf } from './given-differences.js';
import { assertMatches, describe, isErrorClass, type ErrorMatcher } from './given-error.js';

/** What came of a command: the events that it decided on, or the error that it was refused with. */
export class GivenOutcome {
  readonly #outcome: { readonly events: readonly object[] } | { readonly error: unknown };

  constructor(command: () => readonly object[]) {
    try {
      this.#outcome = { events: command() };
    } catch (error) {
      this.#outcome = { error };
    }
  }

  /**
   * The events are these, in this order; `then()` means nothing happened. Metadata counts only where an expected event has some. Or the
   * command is refused: with an error's class, or an error with the same code and message.
   *
   * @throws Error that shows the difference
   */
  then(error: Error | (abstract new (...args: never[]) => Error)): void;
  then(...events: readonly object[]): void;
  then(...expected: readonly object[]): void {
    const [first, ...others] = expected;
    if (typeof first === 'function' && !isErrorClass(first)) {
      throw new Error(
        'given(…).when(…) was awaited. Call then(…) with the expected events or error instead.',
      );
    }
    if (others.length === 0 && (first instanceof Error || isErrorClass(first))) {
      this.thenThrows(first);
      return;
    }
    assertSameEvents(this.events(), expected);
  }

  /** The command is refused with such an error: a class, some of its properties (`{ code: 'domain-rule-violated' }`), a RegExp on its message, or a predicate. */
  thenThrows(matcher: ErrorMatcher): void {
    if ('error' in this.#outcome) {
      assertMatches(this.#outcome.error, matcher);
      return;
    }
    throw new Error(`The command was not refused.\n${listOf('got', this.#outcome.events)}`);
  }

  /**
   * The events themselves, for a test runner's own assertions.
   *
   * @throws Error when the command was refused
   */
  events(): readonly object[] {
    if (!('error' in this.#outcome)) return assertRecordable(this.#outcome.events);
    throw new Error(`The command was refused: ${describe(this.#outcome.error)}`, {
      cause: this.#outcome.error,
    });
  }
}

/** What a log would refuse, a test must not let pass. */
export function assertRecordable(events: readonly object[]): readonly object[] {
  const recorded = events.map((event) => {
    const ofClass = eventTypeOfClass(event.constructor);
    return ofClass
      ? { type: ofClass.type, data: dataOf(event) }
      : { ...event, type: eventTypeOf(event) ?? '', data: (event as { data?: unknown }).data };
  });
  if (recorded.length > 0) encodeEvents(recorded);
  return events;
}
