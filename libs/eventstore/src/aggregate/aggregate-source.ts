import { InvalidOptionsError } from '../log/errors.js';
import type { NewEvent } from '../log/event.js';
import type { EventStore } from '../log/event-store.js';
import type { SnapshotStore } from '../log/snapshot-store.js';
import type { EventRegistry } from '../schema/event-registry.js';
import type { AggregateDefinition, EventHandler, EventSourced } from './aggregate-definition.js';
import { HandlerNotFoundError } from './aggregate-errors.js';
import type { NoticeListener } from './aggregate-notice.js';
import type { StateSource } from './load-state.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import { assertSynchronous } from './synchronous.js';

interface SourceOptions<A extends EventSourced> {
  readonly store: EventStore;
  readonly registry: EventRegistry;
  readonly definition: AggregateDefinition<A>;
  readonly snapshotStore?: SnapshotStore;
  readonly announce?: NoticeListener;
}

/** Rebuilds aggregates through a table of their handlers: one look-up an event, and none of the aggregate's own machinery. */
export function aggregateSource<A extends EventSourced>(options: SourceOptions<A>): StateSource<A> {
  const { store, registry, definition } = options;
  const handlers = handlersByType(definition, registry);
  const evolve = (aggregate: A, event: NewEvent): A => {
    const handle = handlers.get(event.type);
    if (handle) {
      const returned = handle(aggregate, registry.revive(event));
      if (returned !== undefined)
        assertSynchronous(returned, () => handlerOf(event.type, definition.category));
    } else if (!event.type.startsWith('$')) throw new HandlerNotFoundError(event.type, definition.category);
    return aggregate;
  };
  const snapshots = keeperFor(options);
  return { store, registry, evolve, initial: (id) => definition.create(id), ...(snapshots && { snapshots }) };
}

function handlersByType<A extends EventSourced>(
  definition: AggregateDefinition<A>,
  registry: EventRegistry,
): Map<string, (...given: Parameters<EventHandler<A>>) => unknown> {
  const handlers = new Map(Object.entries(definition.handlers));
  for (const type of handlers.keys()) {
    if (registry.find(type) || type.startsWith('$')) continue;
    throw new InvalidOptionsError(
      'handlers',
      `Aggregate "${definition.category}" handles "${type}", which is not registered. Add it to the registry.`,
    );
  }
  return handlers;
}

function keeperFor<A extends EventSourced>(options: SourceOptions<A>): SnapshotKeeper<A> | undefined {
  const { definition, registry, snapshotStore, announce } = options;
  if (!definition.snapshots) return undefined;
  if (!snapshotStore) {
    throw new InvalidOptionsError(
      'snapshotStore',
      `Aggregate "${definition.category}" has snapshots: give its repository a snapshotStore.`,
    );
  }
  const { snapshots } = definition;
  return new SnapshotKeeper({
    ...{ snapshotStore, registry, announce, eventTypes: Object.keys(definition.handlers) },
    ...{ strategy: snapshots.strategy, revision: snapshots.revision },
    toSnapshot: (aggregate) => snapshots.toSnapshot(aggregate),
    fromSnapshot: (id, state) => snapshots.fromSnapshot(id, state),
  });
}

function handlerOf(type: string, category: string): string {
  return `The handler of "${type}" in aggregate "${category}"`;
}
