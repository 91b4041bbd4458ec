import type { AggregateDefinition, EventSourced } from '../aggregate/aggregate-definition.js';
import { HandlerNotFoundError } from '../aggregate/aggregate-errors.js';
import { assertSynchronous } from '../aggregate/synchronous.js';
import { classNameOf, eventTypeOf } from '../schema/event-class.js';
import { assertRecordable, GivenOutcome } from './given-outcome.js';

/** An aggregate to which the given events have happened: what `givenAggregate` answers. Each `when` begins from there. */
export interface GivenAggregate<A> {
  /** Runs one command on the aggregate. Synchronous: what an aggregate decides on is given to it. */
  when(command: (aggregate: A) => unknown): GivenOutcome;
}

/** `givenAggregate(order, '17', placed).when((order) => order.pay(500)).then(paid)`: needs no store, and knows no test runner. */
export function givenAggregate<A extends EventSourced>(
  definition: AggregateDefinition<A>,
  id: string,
  ...events: readonly object[]
): GivenAggregate<A> {
  assertRecordable(events);
  return {
    when: (command) => {
      const aggregate = rebuilt(definition, id, events);
      return new GivenOutcome(() => {
        assertNoPromise(command(aggregate));
        const decided = [...aggregate.getUncommittedEvents()];
        // Rebuilding from them must work, or the next load fails.
        rebuilt(definition, id, [...events, ...decided]);
        return decided;
      });
    },
  };
}

/** Says nothing of what it returns: somebody may have written it asynchronous. */
type Handler<A> = (aggregate: A, event: object) => unknown;

function rebuilt<A extends EventSourced>(
  definition: AggregateDefinition<A>,
  id: string,
  events: readonly object[],
): A {
  const aggregate = definition.create(id);
  for (const event of events) {
    const type = eventTypeOf(event) ?? classNameOf(event);
    const handle: Handler<A> | undefined = Object.hasOwn(definition.handlers, type)
      ? definition.handlers[type]
      : undefined;
    if (!handle) throw new HandlerNotFoundError(type, definition.category);
    const returned = handle(aggregate, event);
    assertSynchronous(returned, () => `The handler of "${type}" in aggregate "${definition.category}"`);
  }
  return aggregate;
}

function assertNoPromise(result: unknown): void {
  if (!(result instanceof Promise)) return;
  result.catch(() => undefined);
  throw new Error('The command returned a promise. Await what it needs first, and give it to the aggregate.');
}
