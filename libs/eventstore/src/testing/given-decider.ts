import { assertDecided } from '../aggregate/assert-decided.js';
import type { Decider } from '../aggregate/decider.js';
import { assertSynchronous } from '../aggregate/synchronous.js';
import { assertRecordable, GivenOutcome } from './given-outcome.js';

/** A decider to which the given events have happened: what `givenDecider` answers. Each `when` begins from there. */
export interface GivenDecider<Command> {
  when(command: Command): GivenOutcome;
}

/** `givenDecider(order, placed).when(pay).then(paid)`: needs no store, and knows no test runner. */
export function givenDecider<State, Command, Event extends object>(
  decider: Decider<State, Command, Event>,
  ...events: readonly Event[]
): GivenDecider<Command> {
  assertRecordable(events);
  const evolve = (state: State, event: Event): State => {
    const next = decider.evolve(state, event);
    assertSynchronous(next, () => 'evolve');
    return next;
  };
  const given = (): State => events.reduce(evolve, decider.initial());
  return {
    when: (command) => {
      const state = given();
      return new GivenOutcome(() => {
        const decided = decider.decide(command, state);
        assertDecided(decided, 'decide', command);
        // Its own evolve must understand them, or the next load fails.
        decided.reduce(evolve, given());
        return decided;
      });
    },
  };
}
