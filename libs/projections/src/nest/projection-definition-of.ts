import { InvalidOptionsError } from '@varve/eventstore';
import type { Projection } from '../projection/projection.js';
import { definitionOf } from './definition-of.js';

/**
 * What an instance of a class with `@Projection` declares; what `givenProjection` of `@varve/projections/testing` takes.
 *
 * @throws InvalidOptionsError its class is no projection
 */
export function projectionDefinitionOf(instance: object): Projection<unknown> {
  const definition = definitionOf(instance);
  if (!('react' in definition)) return definition;
  throw new InvalidOptionsError(
    'instance',
    `${instance.constructor.name} is a @Reactor, which has no rows. Call its methods in a test.`,
  );
}
