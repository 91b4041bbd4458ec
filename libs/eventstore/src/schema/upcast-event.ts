import { EventUndecodableError, UnknownEventTypeError } from '../log/errors.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import { isPromise } from '../log/is-promise.js';
import { messageOf } from '../log/message-of.js';
import type { EventType } from './event-definition.js';
import type { UpcasterChains } from './upcaster-chain.js';
import type { DataUpcaster, Split, UpcastEvent } from './upcaster.js';

interface KnownEvents {
  readonly chains: UpcasterChains;
  readonly events: ReadonlyMap<string, EventType>;
  isDropped(type: string): boolean;
}

/** The events that a stored one has become, in order. All of them keep its version, so `part` counts them when they are several. */
export function upcastEvent(stored: RecordedEvent, known: KnownEvents): readonly RecordedEvent[] {
  const decoded = follow(stored, known);
  return decoded.length === 1 ? decoded : decoded.map((event, part) => ({ ...event, part }));
}

export function whereIs(event: NewEvent & Partial<RecordedEvent>): string {
  if (event.stream === undefined) return 'in a stream';
  const place = `${event.stream}@${event.version}`;
  return event.position === undefined ? place : `${place}, position ${event.position}`;
}

function follow(event: RecordedEvent, known: KnownEvents): readonly RecordedEvent[] {
  const { type, schemaVersion } = event;
  if (known.isDropped(type)) return [];
  const renamed = known.chains.renames.get(type);
  if (renamed !== undefined) return follow({ ...event, type: renamed }, known);
  if (type.startsWith('$') || known.events.get(type)?.schemaVersion === schemaVersion) return [event];
  const step = known.chains.stepFrom(type, schemaVersion);
  if (step?.kind === 'upcast')
    return follow({ ...event, schemaVersion: step.to, data: upcastData(step, event) }, known);
  if (step) return splitEvent(step, event).flatMap((part) => follow(part, known));
  throw noWayOn(event, known);
}

function upcastData(step: DataUpcaster, event: RecordedEvent): unknown {
  const data = run(`the upcaster from version ${step.from} to ${step.to}`, event, () =>
    step.upcast(event.data as never, event),
  );
  if (data === undefined)
    throw undecodable(event, `the upcaster from version ${step.from} to ${step.to} returned nothing`);
  return data;
}

function splitEvent(step: Split, event: RecordedEvent): readonly RecordedEvent[] {
  const what = `the split of version ${step.from}`;
  const parts = run(what, event, () => step.split(event.data as never, event));
  assertArray(parts, event, what);
  for (const part of parts) {
    if (!step.into.includes(part.type))
      throw undecodable(event, `${what} made a "${part.type}", which its "into" does not name`);
    if (part.type === event.type && part.schemaVersion <= event.schemaVersion)
      throw undecodable(event, `${what} does not go up in version`);
  }
  return parts.map(({ type, schemaVersion, data }: UpcastEvent) => ({ ...event, type, schemaVersion, data }));
}

function assertArray(parts: unknown, event: RecordedEvent, what: string): void {
  if (!Array.isArray(parts)) throw undecodable(event, `${what} returned no array of events`);
}

function run<T>(what: string, event: RecordedEvent, change: () => T): T {
  let changed: T;
  try {
    changed = change();
  } catch (cause) {
    throw undecodable(event, `${what} threw: ${messageOf(cause)}`, cause);
  }
  if (!isPromise(changed)) return changed;
  // Nobody waits for it, and its failure must not end the process.
  changed.then(undefined, () => undefined);
  throw undecodable(event, `${what} returned a promise: make it synchronous`);
}

function noWayOn(event: RecordedEvent, known: KnownEvents): Error {
  const newest = known.events.get(event.type)?.schemaVersion ?? known.chains.newestOf(event.type);
  if (newest === 0) return new UnknownEventTypeError(event.type, whereIs(event));
  const { type, schemaVersion } = event;
  return schemaVersion > newest
    ? undecodable(
        event,
        `its schema version is ${schemaVersion}, and this code knows ${newest} at most: deploy here the code that knows version ${schemaVersion} of "${type}", readers before writers`,
      )
    : undecodable(event, `its schema version ${schemaVersion} is no whole number from 1`);
}

function undecodable(event: RecordedEvent, problem: string, cause?: unknown): EventUndecodableError {
  return new EventUndecodableError(
    event.type,
    whereIs(event),
    problem,
    cause === undefined ? undefined : { cause },
  );
}
