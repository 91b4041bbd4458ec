import { InvalidArgumentError, InvalidOptionsError } from '../log/errors.js';
import type { StreamName } from '../log/stream-name.js';
import { classNameOf, eventTypeOf } from '../schema/event-class.js';
import type { EventSourced } from './aggregate-definition.js';

/** A copy, since the aggregate may go on deciding while the append runs. */
export function copyOfUncommitted(aggregate: EventSourced): readonly object[] {
  const live = aggregate.getUncommittedEvents();
  if (live !== aggregate.getUncommittedEvents()) {
    throw new InvalidArgumentError(
      'aggregate',
      'getUncommittedEvents() returns a copy. It must return the live array, or events are recorded twice.',
    );
  }
  return [...live];
}

export function removeRecorded(aggregate: EventSourced, recorded: readonly object[]): void {
  const live = aggregate.getUncommittedEvents();
  const other = recorded.findIndex((event, index) => live[index] !== event);
  live.splice(0, other === -1 ? recorded.length : other);
}

/** @throws InvalidOptionsError being loaded decides something, which every command would record once more */
export function assertNothingDecided(loaded: EventSourced, stream: StreamName): void {
  const [first] = loaded.getUncommittedEvents();
  if (first === undefined) return;
  throw new InvalidOptionsError(
    'aggregate',
    `"${stream}" was only loaded, and has applied "${eventTypeOf(first) ?? classNameOf(first)}": every command would record that once more. Apply events in the methods that decide, never in the constructor or in a handler of events.`,
  );
}
