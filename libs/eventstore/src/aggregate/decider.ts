/** Business rules as three pure functions. Events are instances of `@Event` classes or plain `{ type, data }`. */
export interface Decider<State, Command, Event extends object> {
  initial(): State;
  /** What follows from a command: any number of events, or a thrown error when a rule forbids it. */
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
}
