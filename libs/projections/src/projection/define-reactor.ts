import { assertKnownOptions, type FailurePolicy, type RecordedEvent } from '@varve/eventstore';
import { InvalidProjectionOptionsError } from './errors.js';
import { handlersIn } from './handlers-in.js';
import type { Reactor } from './projection.js';

/** What `defineReactor` takes. */
export interface HandlerReactor {
  readonly name: string;
  /** One handler per event type. It may see an event more than once: make its effect idempotent, e.g. by stream and version. */
  readonly on: Readonly<Record<string, (event: RecordedEvent, signal: AbortSignal) => void | Promise<void>>>;
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Default `from-now`: a new reactor does not send mail about last year's orders. */
  readonly startFrom?: 'from-now' | 'beginning';
}

/** Declares effects outside of a read model, such as mail: at least once, never rebuilt, repeated only by `varve replay`. */
export function defineReactor(definition: HandlerReactor): Reactor {
  assertKnownOptions<HandlerReactor>(definition, {
    of: 'defineReactor',
    known: { name: true, on: true, categories: true, failurePolicy: true, startFrom: true },
    error: InvalidProjectionOptionsError,
  });
  const { name, categories, failurePolicy, startFrom = 'from-now' } = definition;
  const handlers = handlersIn(`The reactor "${name}"`, definition.on);
  return {
    name,
    handles: [...handlers.keys()],
    ...(categories && { categories }),
    ...(failurePolicy && { failurePolicy }),
    startFrom,
    react: (event, signal) => handlers.get(event.type)?.(event, signal),
  };
}
