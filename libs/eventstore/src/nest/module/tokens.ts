import { Inject, type Type } from '@nestjs/common';

export const DEFAULT_STORE = 'default';

/** What stands for the store in Nest: `overrideProvider(getEventStoreToken())` replaces it before anything is opened. */
export function getEventStoreToken(name: string = DEFAULT_STORE): symbol {
  return Symbol.for(`@varve/event-store:${name}`);
}

/** Where a module that stands between a store and its users leaves its `EventStoreDecorator`: exported by a global module, for one store. */
export function getEventStoreDecoratorToken(name: string = DEFAULT_STORE): symbol {
  return Symbol.for(`@varve/event-store-decorator:${name}`);
}

/** What stands for the `EventRegistry` of a store: the events that its app knows. */
export function getEventRegistryToken(name: string = DEFAULT_STORE): symbol {
  return Symbol.for(`@varve/event-registry:${name}`);
}

/** Keyed by the class itself: two classes with one name, as a minifier makes them, are two repositories. */
export function getAggregateRepositoryToken(aggregate: Type, name: string = DEFAULT_STORE): symbol {
  const tokens = repositoryTokens.get(aggregate) ?? new Map<string, symbol>();
  repositoryTokens.set(aggregate, tokens);
  const token = tokens.get(name) ?? Symbol(`@varve/aggregate-repository:${name}:${aggregate.name}`);
  tokens.set(name, token);
  return token;
}

const repositoryTokens = new WeakMap<Type, Map<string, symbol>>();

/** Injects an `EventStore`; by name where the app has several. */
export function InjectEventStore(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEventStoreToken(name));
}

/** Injects the `EventRegistry` of a store. */
export function InjectEventRegistry(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEventRegistryToken(name));
}

/** Injects the `AggregateRepository<Order>` of a class that was given to `EventStoreModule.forFeature`. */
export function InjectAggregateRepository(
  aggregate: Type,
  name?: string,
): PropertyDecorator & ParameterDecorator {
  return Inject(getAggregateRepositoryToken(aggregate, name));
}
