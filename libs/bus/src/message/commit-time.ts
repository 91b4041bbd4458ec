import type { CloudEvent } from './cloud-event.js';
import { instantOf } from './instant.js';

/** Milliseconds since 1970, of a commit whose time RFC 3339 cannot say. */
const AT_MILLISECONDS = 'atmilliseconds';
const WHOLE_NUMBER = /^-?\d{1,16}$/;

/** What was appended together has one time. */
let last = { at: Number.NaN, attributes: {} as Readonly<Record<string, string>> };

/** RFC 3339 ends with the year 9999 and begins with 0; a `Date` goes further either way. */
export function timeAttributes(date: Date): Readonly<Record<string, string>> {
  const at = date.getTime();
  if (at === last.at) return last.attributes;
  const time = date.toISOString();
  const attributes = /^\d{4}-/.test(time) ? { time } : { [AT_MILLISECONDS]: String(at) };
  last = { at, attributes };
  return attributes;
}

/** Not valid when the event does not say its time. */
export function commitTimeOf(event: CloudEvent): Date {
  const { time } = event;
  if (time === undefined) return new Date(millisecondsOf(event[AT_MILLISECONDS]));
  return new Date(instantOf(time) ?? time);
}

function millisecondsOf(value: unknown): number {
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : Number.NaN;
}
