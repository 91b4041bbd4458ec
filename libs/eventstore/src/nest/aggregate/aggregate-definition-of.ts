import type {
  AggregateDefinition,
  AggregateSnapshots,
  EventHandler,
  EventHandlers,
  EventSourced,
} from '../../aggregate/aggregate-definition.js';
import { aggregateOptionsOf, type AggregateClass, type Snapshotted } from './aggregate.decorator.js';
import { attachSave } from './aggregate-root.js';
import { eventHandlersOf } from './when.decorator.js';

/** What a repository needs of a class with `@Aggregate` and `@When`; also what `givenAggregate` of `@varve/eventstore/testing` takes. */
export function aggregateDefinitionOf<A extends EventSourced>(
  aggregate: AggregateClass<A>,
): AggregateDefinition<A> {
  const { category } = aggregateOptionsOf(aggregate);
  const snapshots = snapshotsOf(aggregate);
  return {
    category,
    create: (id) => new aggregate(id),
    handlers: handlersOf(aggregate),
    attached: (instance, save) => attachSave(instance, () => save()),
    ...(snapshots && { snapshots }),
  };
}

/** Calls the methods directly: `apply` costs four to six times as much, which a load of many events feels. */
function handlersOf<A extends EventSourced>(aggregate: AggregateClass<A>): EventHandlers<A> {
  const { methods } = eventHandlersOf(aggregate.prototype as object);
  const handlerOf = (method: PropertyKey): EventHandler<A> => {
    const handle = Reflect.get(aggregate.prototype as object, method) as (this: A, event: object) => void;
    return (instance, event) => handle.call(instance, event);
  };
  return Object.fromEntries([...methods].map(([type, method]) => [type, handlerOf(method)]));
}

function snapshotsOf<A extends EventSourced>(
  aggregate: AggregateClass<A>,
): AggregateSnapshots<A> | undefined {
  const { snapshots, revision } = aggregateOptionsOf(aggregate);
  if (!snapshots || revision === undefined) return undefined;
  return {
    strategy: snapshots,
    revision,
    toSnapshot: (instance) => (instance as unknown as Snapshotted).toSnapshot(),
    fromSnapshot: (id, state) => {
      const instance = new aggregate(id);
      (instance as unknown as Snapshotted).fromSnapshot(state);
      return instance;
    },
  };
}
