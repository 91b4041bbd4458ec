import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import type { AggregateClass } from '../aggregate/aggregate.decorator.js';
import { AggregateRepositories } from './aggregate-repositories.js';
import { EventStoreCoreModule } from './eventstore-core.module.js';
import {
  assertAggregates,
  assertAsyncOptions,
  assertModuleOptions,
  checkedName,
  checkedOptions,
  type EventStoreModuleAsyncOptions,
  type EventStoreModuleOptions,
} from './eventstore-options.js';
import { FeatureDeclaration } from './features.js';
import { optionsToken, repositoriesToken, storeExports, storeProviders } from './store-providers.js';
import { getAggregateRepositoryToken } from './tokens.js';

/** An event store as a Nest module, global. Import it once for each store, and `forFeature` wherever aggregates are used. */
@Module({})
export class EventStoreModule {
  /** @throws InvalidOptionsError at once, with the option's name */
  static forRoot(given: EventStoreModuleOptions): DynamicModule {
    assertModuleOptions(given);
    const { name, ...options } = given;
    const checked = checkedOptions(options);
    return rootModule(checkedName(name), { provide: optionsToken(name), useValue: checked });
  }

  /** Options that need other providers, such as `ConfigService`. */
  static forRootAsync(options: EventStoreModuleAsyncOptions): DynamicModule {
    assertAsyncOptions(options);
    const { name, imports, inject } = options;
    const provider: FactoryProvider = {
      provide: optionsToken(name),
      inject: [...(inject ?? [])],
      useFactory: async (...dependencies: never[]) =>
        checkedOptions(await options.useFactory(...dependencies)),
    };
    return rootModule(checkedName(name), provider, imports);
  }

  /** Makes the repositories of these aggregates injectable. The same aggregate in two modules is one repository. */
  static forFeature(aggregates: readonly AggregateClass[], name?: string): DynamicModule {
    const storeName = checkedName(name);
    assertAggregates(aggregates);
    const repositories = aggregates.map((aggregate) => ({
      provide: getAggregateRepositoryToken(aggregate, storeName),
      inject: [repositoriesToken(storeName)],
      useFactory: (all: AggregateRepositories) => all.repositoryOf(aggregate),
    }));
    const declaration = {
      provide: Symbol('@varve/feature'),
      useValue: new FeatureDeclaration(storeName, aggregates),
    };
    return { module: EventStoreModule, providers: [declaration, ...repositories], exports: repositories };
  }
}

function rootModule(name: string, options: Provider, imports: DynamicModule['imports'] = []): DynamicModule {
  return {
    module: EventStoreModule,
    global: true,
    imports: [EventStoreCoreModule, ...imports],
    providers: [options, ...storeProviders(name)],
    exports: [EventStoreCoreModule, ...storeExports(name)],
  };
}
