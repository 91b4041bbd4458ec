import { EventStoreError, InvalidOptionsError } from '../../log/errors.js';
import type { NewEvent } from '../../log/event.js';
import { eventTypeOfClass, type EventClass } from '../../schema/event-class.js';
import type { EventDefinition } from '../../schema/event-definition.js';

/** An event as `@When` takes it: its class, its definition, or its type's stable name. */
export type EventReference = EventClass | EventDefinition | string;

export interface EventHandlers {
  /** The method for each event type. */
  readonly methods: ReadonlyMap<string, PropertyKey>;
  /** The classes and definitions that were referred to: they need no other registration. */
  readonly events: ReadonlySet<EventClass | EventDefinition>;
}

const OWN_HANDLERS = Symbol.for('@varve/eventstore:event-handlers');

interface OwnHandlers {
  readonly methods: Map<string, PropertyKey>;
  readonly events: Set<EventClass | EventDefinition>;
}

/** What a method for these events is given: for a name alone, whatever it says. */
type EventOf<Reference extends EventReference> = Reference extends abstract new (
  ...args: never[]
) => infer Instance
  ? Instance
  : Reference extends EventDefinition<infer Data>
    ? NewEvent<Data>
    : never;

/** A method decorator that checks that the method takes the events. */
type WhenDecorator<Event> = <Method extends (event: Event) => void>(
  target: object,
  method: string | symbol,
  descriptor?: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Binds a method of an aggregate to events: `@When(OrderPaid)`, `@When('order.paid')`. It sets state and nothing else, synchronously: it
 * runs for new events and again whenever the aggregate is loaded.
 */
export function When<References extends readonly EventReference[]>(
  ...events: References
): WhenDecorator<EventOf<References[number]>> {
  return (target, method) => {
    const own = ownHandlersOf(target);
    if (events.length === 0) throw invalid(target, method, 'names no event');
    for (const event of events) {
      const type = typeOf(event);
      if (type === undefined)
        throw invalid(target, method, `refers to ${nameOf(event)}, which has no event type`);
      const other = own.methods.get(type);
      if (other !== undefined) throw duplicate(target, type, [other, method]);
      own.methods.set(type, method);
      if (typeof event !== 'string') own.events.add(event);
    }
  };
}

/** The handlers of a prototype and of those that it extends; for one type the nearest counts. */
export function eventHandlersOf(prototype: object): EventHandlers {
  const known = inherited.get(prototype);
  if (known) return known;
  const methods = new Map<string, PropertyKey>();
  const events = new Set<EventClass | EventDefinition>();
  for (const own of ownHandlersFromBaseOn(prototype)) {
    for (const [type, method] of own.methods) methods.set(type, method);
    for (const event of own.events) events.add(event);
  }
  const handlers = { methods, events };
  inherited.set(prototype, handlers);
  return handlers;
}

const inherited = new WeakMap<object, EventHandlers>();

function ownHandlersFromBaseOn(prototype: object): OwnHandlers[] {
  const found: OwnHandlers[] = [];
  for (let at: object | null = prototype; at; at = Object.getPrototypeOf(at) as object | null) {
    if (Object.hasOwn(at, OWN_HANDLERS)) found.unshift(ownHandlersOf(at));
  }
  return found;
}

function ownHandlersOf(prototype: object): OwnHandlers {
  if (Object.hasOwn(prototype, OWN_HANDLERS)) {
    return (prototype as { readonly [OWN_HANDLERS]: OwnHandlers })[OWN_HANDLERS];
  }
  const own: OwnHandlers = { methods: new Map(), events: new Set() };
  Object.defineProperty(prototype, OWN_HANDLERS, { value: own });
  return own;
}

function typeOf(event: EventReference | undefined): string | undefined {
  if (typeof event === 'string') return event;
  return typeof event === 'function' ? eventTypeOfClass(event)?.type : event?.type;
}

function nameOf(event: EventReference | undefined): string {
  if (event === undefined) return 'undefined (do two files import each other?)';
  return typeof event === 'function'
    ? `class ${event.name} (decorate it with @Event)`
    : JSON.stringify(event);
}

function invalid(target: object, method: PropertyKey, problem: string): InvalidOptionsError {
  return new InvalidOptionsError('When', `@When on ${target.constructor.name}.${String(method)} ${problem}.`);
}

function duplicate(target: object, type: string, methods: readonly PropertyKey[]): EventStoreError {
  const [one, other] = methods.map((method) => `${target.constructor.name}.${String(method)}`);
  return new EventStoreError(
    'duplicate-handler',
    `Event "${type}" has two handlers, ${one} and ${other}. Put what both do into one.`,
  );
}
