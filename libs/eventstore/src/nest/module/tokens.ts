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

export function InjectEventStore(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEventStoreToken(name));
}

export function InjectEventRegistry(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getEventRegistryToken(name));
}

export function InjectAggregateRepository(
  aggregate: Type,
  name?: string,
): PropertyDecorator & ParameterDecorator {
  return Inject(getAggregateRepositoryToken(aggregate, name));
}
