import type { Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { InvalidOptionsError } from '@varve/eventstore';
import type { Projection, Reactor } from '../projection/projection.js';
import { definitionOf } from './definition-of.js';

/** A decorated class, which Nest makes, or a finished definition. */
export type Feature = Type<object> | Projection<never> | Reactor;

/** Left behind by `forFeature`: the projector is made of all of them, whatever the order of the modules. */
export class FeatureDeclaration {
  constructor(
    readonly readModels: string,
    readonly features: readonly Feature[],
  ) {}
}

export interface Features {
  readonly projections: readonly Projection<unknown>[];
  readonly reactors: readonly Reactor[];
}

/** What the modules of the app have declared for one database. The same class in two modules is one projection. */
export function featuresOf(readModels: string, discovery: DiscoveryService): Features {
  const wrappers = discovery.getProviders();
  const declared = new Set(
    wrappers
      .map((wrapper) => wrapper.instance as unknown)
      .filter((instance) => instance instanceof FeatureDeclaration)
      .filter((declaration) => declaration.readModels === readModels)
      .flatMap((declaration) => declaration.features),
  );
  const projections: Projection<unknown>[] = [];
  const reactors: Reactor[] = [];
  for (const feature of declared) {
    if (typeof feature !== 'function') {
      if ('react' in feature) reactors.push(feature);
      else projections.push(feature);
      continue;
    }
    const wrapper = wrappers.find((one) => one.metatype === feature);
    if (wrapper && !wrapper.isDependencyTreeStatic()) throw requestScoped(feature);
    const definition = definitionOf(wrapper?.instance as object);
    if (definition.kind === 'projection') projections.push(definition.projection);
    else reactors.push(definition.reactor);
  }
  return { projections, reactors };
}

/** There is no request when an event is applied; what one wants of it stands in the event's metadata. */
function requestScoped(feature: Type<object>): InvalidOptionsError {
  return new InvalidOptionsError(
    'forFeature',
    `${feature.name} is request-scoped, or depends on something that is. A projection or reactor is a singleton: take what it needs from the event's metadata.`,
  );
}
