import { assertExactJson, isPlain } from './exact-json.js';
import type { CommitHeader } from './commit.js';
import { EventUndecodableError, InvalidArgumentError, InvalidEventError } from './errors.js';
import { STREAM_CLOSED, type EventMetadata, type NewEvent, type RecordedEvent } from './event.js';
import { sameJson } from './same-json.js';

/** The most events that one append may hold. */
export const MAX_EVENTS_PER_COMMIT = 10_000;
/** Of an event type, in UTF-16 code units. */
export const MAX_EVENT_TYPE_LENGTH = 256;
/** Of a commit id, in UTF-16 code units. Hash what is longer. */
export const MAX_COMMIT_ID_LENGTH = 256;

/** The text of the commit that closes a stream. */
export const CLOSING_TEXT = JSON.stringify([{ type: STREAM_CLOSED, data: {} }]);

const CLOSING_START = `[{"type":"${STREAM_CLOSED}"`;

interface StoredEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: EventMetadata;
  readonly schemaVersion?: number;
}

const NO_METADATA: EventMetadata = Object.freeze({});

/**
 * A commit's events as one JSON text, `[{ type, data, metadata?, schemaVersion? }]`, from which `decodeEvents` makes the same again.
 *
 * @throws InvalidArgumentError for no events or more than 10,000, or for more text than a string can hold
 * @throws InvalidEventError for anything in an event that JSON would change or lose
 */
export function encodeEvents(events: readonly NewEvent[]): string {
  if (!Array.isArray(events) || events.length === 0 || events.length > MAX_EVENTS_PER_COMMIT) {
    const count = Array.isArray(events) ? String(events.length) : typeof events;
    throw new InvalidArgumentError(
      'events',
      `A commit takes an array of 1 to ${MAX_EVENTS_PER_COMMIT} events, not ${count}. Split larger ones into several commits.`,
    );
  }
  // Not `map`, which skips holes: they would be recorded as null, and no reader would get past them. `Array.from` takes as long as stringify.
  const stored = new Array<StoredEvent>(events.length);
  for (let i = 0; i < events.length; i++) stored[i] = toStored(events[i] as NewEvent);
  return textOf(stored);
}

function textOf(stored: readonly StoredEvent[]): string {
  try {
    return JSON.stringify(stored);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError(
      'events',
      `The ${stored.length} events of the commit are too large for one text, which can have some 500 million characters. Split them into several commits, or keep what is large elsewhere and record where it is.`,
    );
  }
}

/**
 * For adapters: the events in the text of a stored commit, numbered from the header's first version.
 *
 * @throws EventUndecodableError when the text is not what `encodeEvents` writes
 */
export function decodeEvents(text: string, header: CommitHeader): RecordedEvent[] {
  const stored = parse(text, header);
  const recorded = new Array<RecordedEvent>(stored.length);
  for (let i = 0; i < stored.length; i++) {
    recorded[i] = toRecorded(stored[i] as StoredEvent, header, header.firstVersion + i);
  }
  return recorded;
}

/** Whether a stored text holds the same events; metadata and time do not count, since a retry has its own. */
export function sameEvents(text: string, events: readonly NewEvent[]): boolean {
  const stored = parsed(text);
  if (stored?.length !== events.length) return false;
  return stored.every((one, i) => {
    const other = events[i] as NewEvent;
    return (
      one.type === other.type &&
      (one.schemaVersion ?? 1) === (other.schemaVersion ?? 1) &&
      sameJson(one.data, other.data)
    );
  });
}

/** `undefined`: it is JSON, but no list. */
function parsed(text: string): readonly StoredEvent[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as readonly StoredEvent[]) : undefined;
  } catch (error) {
    throw new EventUndecodableError('(commit)', 'the commit with this id', 'its text is not JSON', {
      cause: error,
    });
  }
}

/** For adapters: whether the text of a stored commit is that of one that closes its stream. Looks at its beginning only. */
export function isClosing(text: string): boolean {
  return text.startsWith(CLOSING_START);
}

/** For adapters: lets well-formed texts of 1 to 256 characters (UTF-16 code units) pass. @throws InvalidArgumentError for everything else */
export function assertCommitId(commitId: string): void {
  if (typeof commitId === 'string' && commitId.length > 0 && commitId.length <= MAX_COMMIT_ID_LENGTH) {
    if (commitId.isWellFormed()) return;
  }
  throw new InvalidArgumentError(
    'commitId',
    `A commit id is a well-formed string of 1 to ${MAX_COMMIT_ID_LENGTH} characters. Hash longer ones.`,
  );
}

function toStored(event: NewEvent): StoredEvent {
  assertEvent(event);
  const { type, data, metadata, schemaVersion } = event;
  assertExactJson(data, type, 'data');
  const stored: { -readonly [K in keyof StoredEvent]: StoredEvent[K] } = { type, data };
  if (metadata !== undefined) {
    const facts = factsOf(metadata, type);
    if (!isEmpty(facts)) stored.metadata = facts;
  }
  if (schemaVersion !== undefined && schemaVersion !== 1) stored.schemaVersion = schemaVersion;
  return stored;
}

function assertEvent(event: NewEvent): void {
  const type = (event as NewEvent | undefined)?.type;
  if (typeof type !== 'string') throw new InvalidEventError(String(type), 'type', 'is not a string');
  if (type === '' || type.length > MAX_EVENT_TYPE_LENGTH) {
    throw new InvalidEventError(
      type.slice(0, 40),
      'type',
      `has ${type.length} characters, not 1 to ${MAX_EVENT_TYPE_LENGTH}`,
    );
  }
  if (type.startsWith('$')) throw new InvalidEventError(type, 'type', 'begins with "$", which is reserved');
  if (!type.isWellFormed()) throw new InvalidEventError(type, 'type', 'holds a lone surrogate');
  const version = event.schemaVersion;
  if (version !== undefined && !(Number.isSafeInteger(version) && version >= 1)) {
    throw new InvalidEventError(type, 'schemaVersion', `is ${String(version)}, not a whole number from 1`);
  }
}

/** An optional field that is `undefined` is the usual way to leave it out, so metadata, unlike data, may drop it. */
function factsOf(metadata: EventMetadata | null, type: string): EventMetadata {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new InvalidEventError(type, 'metadata', 'is not an object');
  }
  const facts = withoutUndefined(metadata);
  assertExactJson(facts, type, 'metadata');
  return facts;
}

function withoutUndefined(metadata: EventMetadata): EventMetadata {
  if (!isPlain(metadata) || !Object.values(metadata).includes(undefined)) return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([, fact]) => fact !== undefined));
}

function isEmpty(facts: EventMetadata): boolean {
  for (const _ in facts) return false;
  return true;
}

function parse(text: string, header: CommitHeader): readonly StoredEvent[] {
  const count = header.lastVersion - header.firstVersion + 1;
  let stored: unknown;
  try {
    stored = JSON.parse(text);
  } catch (error) {
    throw undecodable(header, 'its text is not JSON', error);
  }
  if (!Array.isArray(stored) || stored.length !== count)
    throw undecodable(header, `it does not hold ${count} events`);
  return stored as readonly StoredEvent[];
}

function toRecorded(stored: StoredEvent, header: CommitHeader, version: number): RecordedEvent {
  if (typeof (stored as StoredEvent | null)?.type !== 'string')
    throw undecodable(header, `version ${version} has no type`);
  const { type, data, metadata = NO_METADATA, schemaVersion = 1 } = stored;
  const { stream, at, position, commitId } = header;
  // Two literals: a spread would take as long as parsing the event.
  return commitId === undefined
    ? { stream, version, type, data, metadata, schemaVersion, at, position }
    : { stream, version, type, data, metadata, schemaVersion, at, position, commitId };
}

function undecodable(header: CommitHeader, problem: string, cause?: unknown): EventUndecodableError {
  const where = `position ${header.position} (stream "${header.stream}")`;
  return new EventUndecodableError('(commit)', where, problem, cause === undefined ? undefined : { cause });
}
