import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import type { EventRegistry, EventStore } from '@varve/eventstore';
import { getEventRegistryToken, getEventStoreToken, VARVE_START } from '@varve/eventstore/nest';
import type { ReadModels } from '../projection/read-models.js';
import {
  FeatureDeclaration,
  featuresOf,
  ReadModelsDeclaration,
  readModelsNames,
  type Feature,
} from './features.js';
import {
  checkedFeatures,
  checkedName,
  checkedOptions,
  type FeatureOptions,
  type ProjectionsModuleAsyncOptions,
  type ProjectionsModuleOptions,
  type ProjectionsOptions,
} from './projections-options.js';
import { ProjectionsHealthIndicator } from './projections.health.js';
import { ProjectorHost, type HostParts } from './projector-host.js';
import { ReadModelsLifetime } from './read-models-lifetime.js';
import { DEFAULT_READ_MODELS, getProjectorToken, getReadModelsToken } from './tokens.js';

/** Read models as a Nest module, global. Import it once for each database, and `forFeature` wherever projections are declared. */
@Module({})
export class ProjectionsModule {
  /** @throws InvalidProjectionOptionsError at once, with the option's name */
  static forRoot({ name, log, ...options }: ProjectionsModuleOptions): DynamicModule {
    const checked = checkedOptions(options);
    return rootModule({ name: checkedName(name), log }, { provide: optionsToken(name), useValue: checked });
  }

  /** Options that need other providers, such as `ConfigService`. */
  static forRootAsync(options: ProjectionsModuleAsyncOptions): DynamicModule {
    const { name, log, imports, inject } = options;
    const provider: FactoryProvider = {
      provide: optionsToken(name),
      inject: [...(inject ?? [])],
      useFactory: async (...dependencies: never[]) =>
        checkedOptions(await options.useFactory(...dependencies)),
    };
    return rootModule({ name: checkedName(name), log }, provider, imports);
  }

  /**
   * Declares projections and reactors: `@Projection` and `@Reactor` classes, which become providers, or finished definitions. What the
   * classes inject comes from global modules, or from the `imports` that are given here.
   *
   * @throws InvalidProjectionOptionsError, InvalidOptionsError at once
   */
  static forFeature(features: readonly Feature[], options: string | FeatureOptions = {}): DynamicModule {
    const { name, imports = [] } = typeof options === 'string' ? { name: options } : options;
    const readModels = checkedName(name);
    const classes = checkedFeatures(features).filter((each) => typeof each === 'function');
    const declaration = {
      provide: Symbol('@varve/projections-feature'),
      inject: [ModuleRef],
      useFactory: (modules: ModuleRef) => new FeatureDeclaration(readModels, features, modules),
    };
    return { module: ProjectionsModule, imports, providers: [declaration, ...classes], exports: classes };
  }
}

type LogAndReadModels = Pick<HostParts, 'log' | 'registry' | 'readModels'>;

interface RootNames {
  readonly name: string;
  readonly log: string | undefined;
}

function rootModule(
  names: RootNames,
  options: Provider,
  imports: NonNullable<DynamicModule['imports']> = [],
): DynamicModule {
  const tokens = [getReadModelsToken(names.name), getProjectorToken(names.name)];
  return {
    module: ProjectionsModule,
    global: true,
    imports: [DiscoveryModule, ...imports],
    providers: [options, ProjectionsHealthIndicator, ...rootProviders(names)],
    exports: [ProjectionsHealthIndicator, ...tokens],
  };
}

function rootProviders({ name, log }: RootNames): Provider[] {
  return [
    { provide: Symbol('@varve/read-models'), useValue: new ReadModelsDeclaration(name) },
    {
      provide: lifetimeToken(name),
      inject: [optionsToken(name), DiscoveryService],
      useFactory: (options: ProjectionsOptions, discovery: DiscoveryService) => {
        readModelsNames(discovery);
        return new ReadModelsLifetime(options);
      },
    },
    {
      provide: getReadModelsToken(name),
      inject: [lifetimeToken(name)],
      useFactory: (lifetime: ReadModelsLifetime) => lifetime.open(),
    },
    {
      provide: getProjectorToken(name),
      inject: [
        partsToken(name),
        optionsToken(name),
        DiscoveryService,
        { token: VARVE_START, optional: true },
      ],
      useFactory: (
        parts: LogAndReadModels,
        options: ProjectionsOptions,
        discovery: DiscoveryService,
        start: boolean = true,
      ) => new ProjectorHost({ ...parts, options, start, features: () => featuresOf(name, discovery) }),
    },
    {
      provide: partsToken(name),
      inject: [getEventStoreToken(log), getEventRegistryToken(log), getReadModelsToken(name)],
      useFactory: (
        store: EventStore,
        registry: EventRegistry,
        readModels: ReadModels<unknown>,
      ): LogAndReadModels => ({ log: store, registry, readModels }),
    },
  ];
}

function optionsToken(name: string = DEFAULT_READ_MODELS): symbol {
  return Symbol.for(`@varve/projections-options:${name}`);
}

function lifetimeToken(name: string): symbol {
  return Symbol.for(`@varve/read-models-lifetime:${name}`);
}

function partsToken(name: string): symbol {
  return Symbol.for(`@varve/projections-parts:${name}`);
}
