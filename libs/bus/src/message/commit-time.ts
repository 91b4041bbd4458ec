import type { CloudEvent } from './cloud-event.js';

/** Milliseconds since 1970, of a commit whose time RFC 3339 cannot say. */
const AT_MILLISECONDS = 'atmilliseconds';
const WHOLE_NUMBER = /^-?\d{1,16}$/;

/** RFC 3339 ends with the year 9999 and begins with 0; a `Date` goes further either way. */
export function timeAttributes(at: Date): Readonly<Record<string, string>> {
  const time = at.toISOString();
  return /^\d{4}-/.test(time) ? { time } : { [AT_MILLISECONDS]: String(at.getTime()) };
}

/** What was appended together has one time. */
let lastTime = { time: '', at: 0 };

/** Not valid when the event does not say its time. */
export function commitTimeOf(event: CloudEvent): Date {
  const { time } = event;
  if (time === undefined) return new Date(millisecondsOf(event[AT_MILLISECONDS]));
  if (time === lastTime.time) return new Date(lastTime.at);
  const at = new Date(time);
  if (!Number.isNaN(at.getTime())) lastTime = { time, at: at.getTime() };
  return at;
}

function millisecondsOf(value: unknown): number {
  return typeof value === 'string' && WHOLE_NUMBER.test(value) ? Number(value) : Number.NaN;
}
