import { InvalidOptionsError, type RecordedEvent } from '@varve/eventstore';
import { methodsOf } from '@varve/eventstore/nest';
import { defineProjection } from '../projection/define-projection.js';
import { defineReactor } from '../projection/define-reactor.js';
import type { Projection, Reactor } from '../projection/projection.js';
import { declarationOf, handledTypesOf } from './decorators.js';

type Handler = (event: RecordedEvent, second: unknown) => void | Promise<void>;

/** What a decorated provider declares, bound to its instance. */
export function definitionOf(instance: object): Projection<unknown> | Reactor {
  const declaration = declarationOf(instance.constructor);
  if (!declaration) {
    throw new InvalidOptionsError(
      'forFeature',
      `${instance.constructor.name} is neither a @Projection nor a @Reactor. Decorate it, or leave it out.`,
    );
  }
  const on = handlersOf(instance);
  if (declaration.kind === 'reactor') return defineReactor({ ...declaration.options, on });
  const setup = setupOf(instance);
  return defineProjection<unknown>({ ...declaration.options, ...(setup && { setup }), on });
}

function setupOf(instance: object): ((tx: unknown) => void | Promise<void>) | undefined {
  if (!('setup' in instance) || typeof instance.setup !== 'function') return undefined;
  return (instance.setup as (tx: unknown) => void | Promise<void>).bind(instance);
}

function handlersOf(instance: object): Record<string, Handler> {
  const handlers: Record<string, Handler> = {};
  for (const [name, method] of methodsOf(instance)) {
    for (const type of handledTypesOf(instance, name) ?? []) {
      if (Object.hasOwn(handlers, type)) {
        throw new InvalidOptionsError(
          'On',
          `${instance.constructor.name} handles "${type}" twice, the second time in ${String(name)}().`,
        );
      }
      handlers[type] = method.bind(instance) as Handler;
    }
  }
  return handlers;
}
