import type { OnModuleInit, Type } from '@nestjs/common';
import type { DiscoveryService, ModuleRef } from '@nestjs/core';
import { InvalidOptionsError } from '@varve/eventstore';
import type { Projection, Reactor } from '../projection/projection.js';
import { declarationOf } from './decorators.js';
import { definitionOf } from './definition-of.js';
import { DEFAULT_READ_MODELS, getReadModelsToken } from './tokens.js';

/** A decorated class, which Nest makes, or a finished definition. */
export type Feature = Type<object> | Projection<never> | Reactor;

/** Left behind by `forRoot`. */
export class ReadModelsDeclaration {
  constructor(readonly name: string) {}
}

/** Left behind by `forFeature`: the projector is made of all of them, whatever the order of the modules. */
export class FeatureDeclaration implements OnModuleInit {
  constructor(
    readonly readModels: string,
    readonly features: readonly Feature[],
    private readonly modules: ModuleRef,
  ) {}

  /** Without read models of that name nothing would ever run, and nobody would notice. */
  onModuleInit(): void {
    try {
      this.modules.get(getReadModelsToken(this.readModels), { strict: false });
    } catch {
      const named =
        this.readModels === DEFAULT_READ_MODELS ? '' : `name: ${JSON.stringify(this.readModels)}, `;
      throw new InvalidOptionsError(
        'name',
        `ProjectionsModule.forFeature refers to the read models "${this.readModels}", which are not set up: import ProjectionsModule.forRoot({ ${named}… }).`,
      );
    }
  }
}

export interface Features {
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
}

/**
 * The names that the app has given to its read models.
 *
 * @throws InvalidOptionsError two have the same name
 */
export function readModelsNames(discovery: DiscoveryService): readonly string[] {
  const names = discovery
    .getProviders()
    .map((wrapper) => wrapper.instance as unknown)
    .filter((instance) => instance instanceof ReadModelsDeclaration)
    .map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return names;
  throw new InvalidOptionsError(
    'name',
    `ProjectionsModule was set up twice with the name "${twice}". Set it up once, or name the read models apart.`,
  );
}

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * What the modules of the app have declared for one database. The same class in two modules is one projection.
 *
 * @throws InvalidOptionsError a class is no singleton, or is provided but declared nowhere
 */
export function featuresOf(readModels: string, discovery: DiscoveryService): Features {
  const wrappers = discovery.getProviders();
  const declarations = wrappers
    .map((wrapper) => wrapper.instance as unknown)
    .filter((instance) => instance instanceof FeatureDeclaration);
  assertAllDeclared(wrappers, declarations);
  const declared = new Set(
    declarations.filter((one) => one.readModels === readModels).flatMap(({ features }) => features),
  );
  const projections: Projection<unknown>[] = [];
  const reactors: Reactor[] = [];
  for (const feature of declared) {
    const definition = typeof feature === 'function' ? definitionIn(wrappers, feature) : feature;
    if ('react' in definition) reactors.push(definition);
    else projections.push(definition);
  }
  return { projections, reactors };
}

function definitionIn(wrappers: readonly Wrapper[], feature: Type<object>): Projection<unknown> | Reactor {
  const wrapper = wrappers.find(({ metatype }) => metatype === feature);
  if (!wrapper || wrapper.isTransient || !wrapper.isDependencyTreeStatic()) throw noSingleton(feature);
  return definitionOf(wrapper.instance as object);
}

/** A decorated class among a module's own providers looks as if it would run. */
function assertAllDeclared(wrappers: readonly Wrapper[], declarations: readonly FeatureDeclaration[]): void {
  const declared = new Set<unknown>(declarations.flatMap(({ features }) => features));
  const forgotten = wrappers.find(
    ({ metatype }) => typeof metatype === 'function' && declarationOf(metatype) && !declared.has(metatype),
  );
  if (!forgotten) return;
  throw new InvalidOptionsError(
    'forFeature',
    `${forgotten.name} is among the providers of a module, but nothing would run it. Give it to ProjectionsModule.forFeature instead.`,
  );
}

/** There is no request when an event is applied; what one wants of it stands in the event's metadata. */
function noSingleton(feature: Type<object>): InvalidOptionsError {
  return new InvalidOptionsError(
    'forFeature',
    `${feature.name} is request-scoped or transient, or depends on something request-scoped. A projection or reactor is a singleton: take what it needs from the event's metadata.`,
  );
}
