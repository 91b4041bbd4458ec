import { InvalidEventError, UnknownEventTypeError } from '../log/errors.js';
import type { EventMetadata, NewEvent } from '../log/event.js';
import { classNameOf, eventTypeOfClass } from './event-class.js';
import type { RegisteredEvent } from './event-registry.js';
import { hiddenStateOf } from './hidden-state.js';
import { assertValidOnWrite } from './validate-event.js';

/** An event as code raises it, as the log takes it. */
export function encodeEvent(event: object, events: ReadonlyMap<string, RegisteredEvent>): NewEvent {
  const encoded = eventTypeOfClass(event.constructor)
    ? encodeInstance(event, events)
    : encodePlain(event, events);
  assertValidOnWrite(encoded, events.get(encoded.type));
  return encoded;
}

function encodeInstance(event: object, events: ReadonlyMap<string, RegisteredEvent>): NewEvent {
  const type = eventTypeOfClass(event.constructor)?.type ?? '';
  const registered = events.get(type);
  if (registered?.source !== event.constructor) {
    throw new UnknownEventTypeError(type, `class ${classNameOf(event)} is not in this registry`);
  }
  assertShowsItsData(event, type);
  return { type, schemaVersion: registered.schemaVersion, data: dataOf(event) };
}

function assertShowsItsData(event: object, type: string): void {
  if (Object.keys(event).length > 0) return;
  const hidden = hiddenStateOf(event);
  if (hidden === undefined) return;
  const advice = 'make them public fields, since #private ones and accessors are not stored';
  throw new InvalidEventError(
    type,
    'data',
    `would be empty: in class ${classNameOf(event)}, ${hidden}; ${advice}`,
  );
}

/** A class has its optional properties even when they are not set; JSON has them not. */
export function dataOf(instance: object): object {
  const entries = Object.entries(instance);
  const isSet = ([, value]: readonly [string, unknown]): boolean => value !== undefined;
  return entries.every(isSet) ? { ...instance } : Object.fromEntries(entries.filter(isSet));
}

function encodePlain(event: object, events: ReadonlyMap<string, RegisteredEvent>): NewEvent {
  const { type, data, metadata, schemaVersion } = event as Partial<NewEvent>;
  if (typeof type !== 'string') {
    const what = `an instance of ${classNameOf(event)}`;
    throw new UnknownEventTypeError(what, 'it has neither an @Event class nor a type');
  }
  if (type.startsWith('$')) throw new InvalidEventError(type, 'type', 'begins with "$", which is reserved');
  const registered = events.get(type);
  if (!registered) throw new UnknownEventTypeError(type, 'about to be appended');
  if (schemaVersion !== undefined && schemaVersion !== registered.schemaVersion) {
    const problem = `is ${schemaVersion}, but this code writes version ${registered.schemaVersion}`;
    throw new InvalidEventError(type, 'schemaVersion', problem);
  }
  return { type, schemaVersion: registered.schemaVersion, data, ...withMetadata(metadata) };
}

function withMetadata(metadata: EventMetadata | undefined): { readonly metadata?: EventMetadata } {
  return metadata === undefined ? {} : { metadata };
}
