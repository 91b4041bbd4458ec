import type { JsonValue } from '../log/event.js';
import type { SnapshotStrategy } from './snapshot-strategy.js';
import type { SaveAggregate } from './save.js';

/** All that a repository needs of an aggregate: what it has decided and nobody has recorded yet. */
export interface EventSourced {
  /**
   * The live array, oldest first: instances of `@Event` classes, or plain `{ type, data }` events. The repository removes from it exactly
   * what it has recorded.
   */
  getUncommittedEvents(): object[];
}

/** What happens to an aggregate when an event is applied: the event is an instance of its class, or plain when its type is. */
export type EventHandlers<A> = Readonly<Record<string, EventHandler<A>>>;

/** A method type, since each handler names its own event: `(order, event: OrderPaid) => …`. */
export type EventHandler<A> = { handle(aggregate: A, event: object): void }['handle'];

/** How aggregates of one kind are made, rebuilt from events and kept as snapshots. */
export interface AggregateDefinition<A extends EventSourced> {
  /** What stands before the first `-` in the names of their streams: `order` for `order-17`. */
  readonly category: string;
  /** A new aggregate, to which nothing has happened. */
  create(id: string): A;
  /** By event type. A type without a handler is an error: an aggregate that ignores an event says so with an empty handler. */
  readonly handlers: EventHandlers<A>;
  readonly snapshots?: AggregateSnapshots<A>;
  /** Told by a repository about each aggregate that it owns, with the way to save it: what `aggregate.commit()` calls. */
  attached?(aggregate: A, save: SaveAggregate): void;
}

/** How an aggregate's state is kept, so that its next load need not begin with the first event. */
export interface AggregateSnapshots<A> {
  readonly strategy: SnapshotStrategy;
  /** Change it whenever the shape or meaning of the state changes. Schema versions of the events count in by themselves. */
  readonly revision: string;
  toSnapshot(aggregate: A): JsonValue;
  /** Throws when the state is none of this revision; the aggregate is rebuilt from its events then. */
  fromSnapshot(id: string, state: JsonValue): A;
}
