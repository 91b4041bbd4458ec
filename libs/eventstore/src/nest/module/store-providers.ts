import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import type { EventStore } from '../../log/event-store.js';
import type { EventRegistry } from '../../schema/event-registry.js';
import { AggregateRepositories } from './aggregate-repositories.js';
import type { EventStoreDecorator } from './eventstore-decorator.js';
import type { EventStoreOptions } from './eventstore-options.js';
import { featuresOf, StoreDeclaration, type StoreFeatures } from './features.js';
import { registryOf } from './feature-registry.js';
import { InProcessEvents } from './in-process-events.js';
import { StoreLifetime } from './store-lifetime.js';
import {
  DEFAULT_STORE,
  getEventRegistryToken,
  getEventStoreDecoratorToken,
  getEventStoreToken,
} from './tokens.js';

export const optionsToken = tokenOf('options');
const featuresToken = tokenOf('features');
const lifetimeToken = tokenOf('lifetime');
const inProcessToken = tokenOf('in-process-events');

/** Named after what is to be written: Nest shows the name where `forFeature` is imported and the store is not set up. */
export function repositoriesToken(name: string): symbol {
  const named = name === DEFAULT_STORE ? '' : `name: ${JSON.stringify(name)}, `;
  return Symbol.for(`EventStoreModule.forRoot({ ${named}… })`);
}

/** All singletons: one request-scoped provider would make everything that uses it request-scoped. */
export function storeProviders(name: string): Provider[] {
  return [
    { provide: Symbol('@varve/store'), useValue: new StoreDeclaration(name) },
    {
      provide: featuresToken(name),
      inject: [DiscoveryService],
      useFactory: (discovery: DiscoveryService) => featuresOf(name, discovery),
    },
    {
      provide: getEventRegistryToken(name),
      inject: [optionsToken(name), featuresToken(name)],
      useFactory: (options: EventStoreOptions, features: StoreFeatures) => registryOf(options, features),
    },
    {
      provide: lifetimeToken(name),
      // The registry first: what is wrong with the events is said before anything is opened.
      inject: [optionsToken(name), getEventRegistryToken(name)],
      useFactory: (options: EventStoreOptions) => new StoreLifetime(name, options),
    },
    {
      provide: getEventStoreToken(name),
      inject: [lifetimeToken(name), { token: getEventStoreDecoratorToken(name), optional: true }],
      useFactory: (lifetime: StoreLifetime, decorator?: EventStoreDecorator) => lifetime.open(decorator),
    },
    {
      provide: inProcessToken(name),
      inject: [getEventRegistryToken(name), ModuleRef, { token: EventBus, optional: true }],
      useFactory: (registry: EventRegistry, modules: ModuleRef, bus?: EventBus) =>
        new InProcessEvents(registry, modules, bus),
    },
    {
      provide: repositoriesToken(name),
      inject: [
        getEventStoreToken(name),
        getEventRegistryToken(name),
        optionsToken(name),
        inProcessToken(name),
        lifetimeToken(name),
      ],
      useFactory: repositoriesOf,
    },
  ];
}

export function storeExports(name: string): InjectionToken[] {
  return [getEventStoreToken(name), getEventRegistryToken(name), repositoriesToken(name)];
}

function tokenOf(part: string): (name?: string) => symbol {
  return (name = DEFAULT_STORE) => Symbol.for(`@varve/event-store-${part}:${name}`);
}

function repositoriesOf(
  store: EventStore,
  registry: EventRegistry,
  ...[options, inProcess, lifetime]: [EventStoreOptions, InProcessEvents, StoreLifetime]
): AggregateRepositories {
  const repositories = new AggregateRepositories({ store, registry, options, inProcess });
  lifetime.waitBeforeClosing(() => repositories.idle());
  return repositories;
}
