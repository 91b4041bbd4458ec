import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, ModuleRef } from '@nestjs/core';
import { topicNaming, type MessageBus } from '@varve/bus';
import { getBusHostToken, getMessageBusToken, type BusHost } from '@varve/bus/nest';
import type { EventRegistry, EventStore } from '@varve/eventstore';
import { getEventRegistryToken, getEventStoreToken, VARVE_START } from '@varve/eventstore/nest';
import { InvalidProjectionOptionsError } from '../projection/errors.js';
import type { ReadModels } from '../projection/read-models.js';
import {
  FeatureDeclaration,
  featuresOf,
  ReadModelsDeclaration,
  readModelsNames,
  type Feature,
} from './features.js';
import {
  assertAsyncOptions,
  assertModuleOptions,
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
  static forRoot(given: ProjectionsModuleOptions): DynamicModule {
    assertModuleOptions(given);
    const { name, log, bus, ...options } = given;
    const checked = checkedOptions(options);
    return rootModule(
      { name: checkedName(name), log, bus },
      { provide: optionsToken(name), useValue: checked },
    );
  }

  /** Options that need other providers, such as `ConfigService`. */
  static forRootAsync(options: ProjectionsModuleAsyncOptions): DynamicModule {
    assertAsyncOptions(options);
    const { name, log, bus, imports, inject } = options;
    const provider: FactoryProvider = {
      provide: optionsToken(name),
      inject: [...(inject ?? [])],
      useFactory: async (...dependencies: never[]) =>
        checkedOptions(await options.useFactory(...dependencies)),
    };
    return rootModule({ name: checkedName(name), log, bus }, provider, imports);
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

type LogAndReadModels = Pick<HostParts, 'log' | 'registry' | 'readModels' | 'feed'>;

interface RootNames {
  readonly name: string;
  readonly log: string | undefined;
  readonly bus: true | string | undefined;
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

function rootProviders({ name, log, bus }: RootNames): Provider[] {
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
      inject: [
        optionsToken(name),
        getReadModelsToken(name),
        { token: getEventStoreToken(log), optional: true },
        { token: getEventRegistryToken(log), optional: true },
        ...(bus === undefined ? [] : busTokens(bus === true ? undefined : bus)),
      ],
      useFactory: (...given: PartsGiven): LogAndReadModels => partsOf(log, ...given),
    },
  ];
}

type PartsGiven = [
  options: ProjectionsOptions,
  readModels: ReadModels<unknown>,
  store?: EventStore,
  registry?: EventRegistry,
  bus?: MessageBus,
  host?: BusHost,
];

/** The bus itself may be overridden in a test; how topics are called is its module's. */
function busTokens(name: string | undefined): readonly symbol[] {
  return [getMessageBusToken(name), getBusHostToken(name)];
}

/** The log of this app, or of another service. */
function partsOf(
  name: string | undefined,
  ...[options, readModels, store, registry, bus, host]: PartsGiven
): LogAndReadModels {
  const log = options.reader ?? store;
  if (!log) throw noLog(name);
  const known = options.registry ?? registry;
  const feed = bus && { topics: host?.naming ?? topicNaming(), ...options.feed, bus };
  return { log, readModels, ...(known && { registry: known }), ...(feed && { feed }) };
}

function noLog(name: string | undefined): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(
    'log',
    `ProjectionsModule has no log to follow: set up the event store${name === undefined ? '' : ` "${name}"`} with EventStoreModule.forRoot, or give the ` +
      "reader of another service's log.",
  );
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
