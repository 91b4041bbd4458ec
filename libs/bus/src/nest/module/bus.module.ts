import { Module, type DynamicModule, type FactoryProvider, type Provider, type Type } from '@nestjs/common';
import { assertCategory } from '../../message/category.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { subscriberOptionsOf } from '../subscriber/subscriber.decorator.js';
import { BusCoreModule } from './bus-core.module.js';
import {
  assertAsyncOptions,
  assertModuleOptions,
  checkedName,
  checkedOptions,
  type BusModuleAsyncOptions,
  type BusModuleOptions,
  type SubscriberFeatureOptions,
} from './bus-options.js';
import { hasTwoPhases } from '../publication/publication-options.js';
import { busExports, busProviders, optionsToken, type BusNames } from './bus-providers.js';
import { SubscribersDeclaration } from './declarations.js';

/** A message bus as a Nest module, global. Import it once for each bus, and `forFeature` wherever subscribers are declared. */
@Module({})
export class BusModule {
  /** @throws InvalidBusOptionsError at once, with the option's name */
  static forRoot(given: BusModuleOptions): DynamicModule {
    assertModuleOptions(given);
    const { name, log, ...options } = given;
    const checked = checkedOptions(options);
    const names = { name: checkedName(name), log, decorates: hasTwoPhases(options.publication) };
    return rootModule(names, { provide: optionsToken(name), useValue: checked });
  }

  /** Options that need other providers, such as `ConfigService`; the event store is none of them, since it is put together with the bus. */
  static forRootAsync(options: BusModuleAsyncOptions): DynamicModule {
    assertAsyncOptions(options);
    const { name, log, imports, inject } = options;
    const provider: FactoryProvider = {
      provide: optionsToken(name),
      inject: [...(inject ?? [])],
      useFactory: async (...dependencies: never[]) =>
        checkedOptions(await options.useFactory(...dependencies)),
    };
    return rootModule({ name: checkedName(name), log, decorates: true }, provider, imports);
  }

  /**
   * Declares `@Subscriber` classes, which become providers. What they inject comes from global modules, or from the `imports` that are
   * given here.
   *
   * @throws InvalidBusOptionsError at once
   */
  static forFeature(
    subscribers: readonly Type<object>[],
    { imports = [], publishes = [], publishesDelayed = [] }: SubscriberFeatureOptions = {},
  ): DynamicModule {
    assertSubscribers(subscribers);
    for (const category of publishes) assertCategory('publishes', category);
    for (const category of publishesDelayed) assertCategory('publishesDelayed', category);
    const declaration = {
      provide: Symbol('@varve/bus-feature'),
      useValue: new SubscribersDeclaration(subscribers, { ordered: publishes, delayed: publishesDelayed }),
    };
    return {
      module: BusModule,
      imports: [BusCoreModule, ...imports],
      providers: [declaration, ...subscribers],
      exports: [...subscribers],
    };
  }
}

function rootModule(
  names: BusNames,
  options: Provider,
  imports: NonNullable<DynamicModule['imports']> = [],
): DynamicModule {
  return {
    module: BusModule,
    global: true,
    imports: [BusCoreModule, ...imports],
    providers: [options, ...busProviders(names)],
    exports: [BusCoreModule, ...busExports(names)],
  };
}

function assertSubscribers(subscribers: readonly Type<object>[]): void {
  const given: unknown = subscribers;
  if (!Array.isArray(given)) throw invalid('is given no array');
  for (const each of given as readonly unknown[]) {
    if (typeof each === 'function' && subscriberOptionsOf(each)) continue;
    const what =
      typeof each === 'function' ? `class ${each.name}, which is no @Subscriber` : JSON.stringify(each);
    throw invalid(`is given ${each === undefined ? 'undefined: do two files import each other?' : what}`);
  }
}

function invalid(problem: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError('forFeature', `BusModule.forFeature ${problem}.`);
}
