import { InvalidEventError, UnknownEventTypeError } from '../log/errors.js';
import type { EventMetadata, NewEvent } from '../log/event.js';
import { eventTypeOfClass } from './event-class.js';
import type { RegisteredEvent } from './event-registry.js';
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
    throw new UnknownEventTypeError(type, `class ${event.constructor.name} is not in this registry`);
  }
  return { type, schemaVersion: registered.schemaVersion, data: dataOf(event) };
}

/** A class has its optional properties even when they are not set; JSON has them not. */
export function dataOf(instance: object): object {
  const data: Record<string, unknown> = { ...instance };
  for (const key of Object.keys(data)) if (data[key] === undefined) delete data[key];
  return data;
}

function encodePlain(event: object, events: ReadonlyMap<string, RegisteredEvent>): NewEvent {
  const { type, data, metadata, schemaVersion } = event as Partial<NewEvent>;
  if (typeof type !== 'string') {
    const what = event.constructor ? `an instance of ${event.constructor.name}` : 'an object';
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
