import { MessageRejectedError } from './errors.js';
import type { CloudEvent } from './cloud-event.js';
import { instantOf } from './instant.js';
import { quoted } from './printable.js';

/** Everything but the data, as canonical strings (CloudEvents 1.0.2, §3.1). */
export type Attributes = Readonly<Record<string, string>>;

const NAME = /^[a-z0-9]+$/;
/** Those of our own messages, which need no second look. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'datacontenttype', 'dataschema'],
  ...['firstversion', 'lastversion', 'commitid', 'position', 'traceparent', 'tenant', 'atmilliseconds'],
]);
const REQUIRED = ['id', 'source', 'type'] as const;
const OPTIONAL = ['subject', 'datacontenttype', 'dataschema'] as const;
const RFC_3339 =
  /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** @throws MessageRejectedError naming the first attribute that CloudEvents does not allow */
export function attributesOf(event: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Record<string, string> = {};
  for (const name of Object.keys(event)) {
    const value = event[name];
    if (isData(name) || value === undefined || value === null) continue;
    attributes[name] = attributeOf(name, value);
  }
  assertAttributes(attributes);
  return attributes;
}

/**
 * Whether the event can be written as it stands: plain, and all attributes strings already, as in our own messages, of which a copy would
 * be most of the work.
 *
 * @throws MessageRejectedError
 */
export function isCanonical(event: Readonly<Record<string, unknown>>): boolean {
  if (Object.getPrototypeOf(event) !== Object.prototype) return false;
  for (const name of Object.keys(event)) {
    const value = event[name];
    if (name === 'data') continue;
    if (name === 'data_base64' || typeof value !== 'string') return false;
    attributeOf(name, value);
  }
  assertAttributes(event as Attributes);
  return true;
}

/**
 * An event as it was read from JSON becomes one of ours, in its place: a copy of each would be most of the work. `data` and `data_base64`
 * are left alone.
 *
 * @throws MessageRejectedError
 */
export function asEvent(read: Record<string, unknown>): CloudEvent {
  for (const name of Object.keys(read)) {
    const value = read[name];
    if (isData(name)) continue;
    if (value === null) Reflect.deleteProperty(read, name);
    else {
      const text = attributeOf(name, value);
      if (text !== value) read[name] = text;
    }
  }
  assertAttributes(read as Attributes);
  return read as CloudEvent;
}

/** Of what `attributesOf` has made, which becomes the event. */
export function eventFrom<Data>(attributes: Attributes, data: Data | undefined): CloudEvent<Data> {
  return (data === undefined ? attributes : Object.assign(attributes, { data })) as CloudEvent<Data>;
}

function isData(name: string): boolean {
  return name === 'data' || name === 'data_base64';
}

function attributeOf(name: string, value: unknown): string {
  if (!KNOWN.has(name) && !NAME.test(name))
    throw rejected(name, 'is no name that CloudEvents allows (lower-case letters, digits)');
  if (typeof value === 'string') {
    if (value.isWellFormed()) return value;
    throw rejected(name, 'holds a lone surrogate, which no wire carries');
  }
  if (typeof value === 'boolean') return String(value);
  if (Number.isSafeInteger(value)) return String(value);
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  throw rejected(
    name,
    `is ${describe(value)}; CloudEvents allows strings, whole numbers, booleans and times`,
  );
}

function assertAttributes(attributes: Attributes): void {
  if (attributes['specversion'] !== '1.0') {
    throw rejected('specversion', `is ${describe(attributes['specversion'])}, not "1.0"`);
  }
  for (const name of REQUIRED) if (!attributes[name]) throw rejected(name, 'is missing or empty');
  for (const name of OPTIONAL) if (attributes[name] === '') throw rejected(name, 'is empty: leave it out');
  const { time } = attributes;
  if (time !== undefined && !isTime(time)) {
    throw rejected('time', `is ${describe(time)}, not a time like 2026-11-21T14:00:00Z`);
  }
}

function isTime(time: string): boolean {
  return instantOf(time) !== undefined || (RFC_3339.test(time) && !Number.isNaN(Date.parse(time)));
}

function rejected(attribute: string, why: string): MessageRejectedError {
  return new MessageRejectedError(
    `The message is no CloudEvent: its attribute ${quoted(attribute, 40)} ${why}.`,
  );
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? quoted(value) : typeof value;
}
