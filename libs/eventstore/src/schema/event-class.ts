import { InvalidOptionsError } from '../log/errors.js';
import {
  eventTypeFrom,
  type EventDefinition,
  type EventOptions,
  type EventType,
} from './event-definition.js';

/** A class whose instances are events. Its own enumerable properties are the event's data. */
export type EventClass = abstract new (...args: never[]) => object;

/** What gives an event its type: a class with `@Event`, or what `defineEvent` has made. */
export type AnyEvent = EventClass | EventDefinition;

/** Registered under a global symbol: two copies of this package in one process see each other's events. */
const EVENT_TYPE = Symbol.for('@varve/eventstore:event-type');

/**
 * Gives a class its stable event name: `@Event('order.paid', { version: 2, schema })`. The name of the class is never stored, so it may be
 * renamed and minified.
 */
export function Event(type: string, options: EventOptions = {}): (target: EventClass) => void {
  const eventType = eventTypeFrom(type, options);
  return (target) => {
    const already = eventTypeOfClass(target);
    if (already) {
      throw new InvalidOptionsError(
        'type',
        `Class ${target.name} is event "${already.type}" already and cannot be "${type}" too.`,
      );
    }
    Object.defineProperty(target, EVENT_TYPE, { value: eventType });
  };
}

/** Own properties only: a subclass is no event of its parent's type unless it says so. */
export function eventTypeOfClass(target: unknown): EventType | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, EVENT_TYPE)) return undefined;
  return (target as unknown as { readonly [EVENT_TYPE]: EventType })[EVENT_TYPE];
}

/** For messages: what to call an object, which may have no class at all. */
export function classNameOf(thing: object): string {
  const prototype = Object.getPrototypeOf(thing) as {
    readonly constructor?: { readonly name?: string };
  } | null;
  return prototype?.constructor?.name ?? 'object';
}

/** The type of an event as the code has it: that of its class, or the `type` of a plain one. */
export function eventTypeOf(event: object): string | undefined {
  const ofClass = eventTypeOfClass(event.constructor);
  if (ofClass) return ofClass.type;
  return 'type' in event && typeof event.type === 'string' ? event.type : undefined;
}
