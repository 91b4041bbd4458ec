import { UnknownEventTypeError } from '../../log/errors.js';
import { EventRegistry } from '../../schema/event-registry.js';
import { eventHandlersOf } from '../aggregate/when.decorator.js';
import type { EventStoreOptions } from './eventstore-options.js';
import type { StoreFeatures } from './features.js';

/**
 * The events of a store: those of its options and those that its aggregates refer to.
 *
 * @throws UnknownEventTypeError an aggregate handles by name what nobody has registered
 */
export function registryOf(options: EventStoreOptions, features: StoreFeatures): EventRegistry {
  const registry = new EventRegistry([...(options.events ?? []), ...features.events], options);
  for (const aggregate of features.aggregates) {
    for (const [type, method] of eventHandlersOf(aggregate.prototype as object).methods) {
      if (registry.find(type) || type.startsWith('$')) continue;
      throw new UnknownEventTypeError(type, `${aggregate.name}.${String(method)} handles it`);
    }
  }
  return registry;
}
