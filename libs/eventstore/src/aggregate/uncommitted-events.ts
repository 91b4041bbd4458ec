import { InvalidArgumentError } from '../log/errors.js';
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
