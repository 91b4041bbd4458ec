import {
  MAX_COMMIT_ID_LENGTH,
  MAX_EVENT_TYPE_LENGTH,
  MAX_EVENTS_PER_COMMIT,
  assertStreamName,
  type LogId,
  type RecordedEvent,
} from '@varve/eventstore';
import { textFrom } from './bytes.js';
import { beginsWithOwnType, decodeWire } from './decode-wire.js';
import { MessageRejectedError } from './errors.js';
import type { CloudEvent } from './cloud-event.js';
import { COMMIT_TYPE, POINTER_TYPE, type CommitMessage, type MessageEvent } from './commit-message.js';
import { commitTimeOf } from './commit-time.js';
import { instantOf } from './instant.js';
import { COMMIT_SCHEMA } from './make-commit-message.js';
import type { Message } from './message.js';
import { quoted } from './printable.js';
import { envelopeOf } from './read-commit-text.js';
import type { WireMessage } from './wire-message.js';

const SOURCE = /^urn:varve:log:(.+)$/;

/**
 * The commit, or the pointer to one, in a message that `commitMessage` has made.
 *
 * @throws MessageRejectedError when it is another kind of message, of another schema, or contradicts itself
 */
export function readCommitMessage({ event }: Message): CommitMessage {
  if (event.type !== COMMIT_TYPE && event.type !== POINTER_TYPE) {
    throw rejected(`its type is ${quoted(event.type)}, neither "${COMMIT_TYPE}" nor "${POINTER_TYPE}"`);
  }
  if (event.dataschema !== undefined && event.dataschema !== COMMIT_SCHEMA) {
    throw rejected(
      `its schema is ${quoted(event.dataschema)}, not "${COMMIT_SCHEMA}": update this consumer first`,
    );
  }
  const header = headerOf(event);
  if (event.type === COMMIT_TYPE) header.events = eventsOf(event.data, header);
  return header;
}

/**
 * The same as `readCommitMessage(decodeWire(wire))`, and quicker for a commit that this library has written.
 *
 * @throws MessageRejectedError
 */
export function readCommitWire(wire: WireMessage): CommitMessage {
  return ownCommitOf(wire) ?? readCommitMessage(decodeWire(wire));
}

/** The events as a reader of the log gets them. Never with a position: a projection that may be fed from a bus never sees one. */
export function recordedEventsOf(commit: CommitMessage): RecordedEvent[] {
  const { stream, firstVersion, at, commitId, events = [] } = commit;
  return events.map(({ type, data, metadata = {}, schemaVersion = 1 }, i) => {
    const event: Writable<RecordedEvent> = {
      stream,
      version: firstVersion + i,
      type,
      data,
      metadata,
      schemaVersion,
      at,
    };
    if (commitId !== undefined) event.commitId = commitId;
    return event;
  });
}

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
type Header = Writable<CommitMessage>;

/** Nothing for whatever needs a closer look, which also says what is wrong with it. */
function ownCommitOf({ headers, body, key }: WireMessage): CommitMessage | undefined {
  if (key === undefined || !beginsWithOwnType(headers)) return undefined;
  try {
    const text = textFrom(body);
    const envelope = envelopeOf(text);
    // What is cut out of the text would keep all of it in memory: the key is the same, and a text of its own.
    if (envelope?.[1] !== key || !text.endsWith('}')) return undefined;
    const [all, , first, source, time, last, ...rare] = envelope;
    const at = instantOf(time);
    if (at === undefined) return undefined;
    const header: Header = {
      logId: logIdOf(source),
      stream: streamOf(key),
      firstVersion: Number(first),
      lastVersion: Number(last),
      at: new Date(at),
    };
    addRare(header, rare);
    header.events = eventsOf(JSON.parse(text.slice(all.length, -1)), header);
    return header;
  } catch {
    return undefined;
  }
}

function addRare(
  header: Header,
  [commitId, position, traceparent, tenant]: readonly (string | undefined)[],
): void {
  if (commitId !== undefined) header.commitId = ownText(commitId);
  if (position !== undefined) header.position = Number(position);
  if (traceparent !== undefined) header.traceparent = ownText(traceparent);
  if (tenant !== undefined) header.tenant = ownText(tenant);
}

/** Not a window on the text that it was cut out of. */
function ownText(cut: string): string {
  return JSON.parse(`"${cut}"`) as string;
}

function headerOf(event: CloudEvent): Header {
  const firstVersion = numberOf(event, 'firstversion');
  const lastVersion = numberOf(event, 'lastversion');
  const commitId = textOf(event, 'commitid', MAX_COMMIT_ID_LENGTH);
  const traceparent = textOf(event, 'traceparent');
  const tenant = textOf(event, 'tenant');
  const count = lastVersion - firstVersion + 1;
  if (count < 1 || count > MAX_EVENTS_PER_COMMIT)
    throw rejected(`it has versions ${firstVersion} to ${lastVersion}`);
  const logId = logIdOf(event.source);
  const stream = streamOf(event.subject);
  const header: Header = { logId, stream, firstVersion, lastVersion, at: timeOf(event) };
  if (commitId !== undefined) header.commitId = commitId;
  if (event['position'] !== undefined) header.position = numberOf(event, 'position');
  if (traceparent !== undefined) header.traceparent = traceparent;
  if (tenant !== undefined) header.tenant = tenant;
  return header;
}

/** Message after message is of one log. */
let lastSource = { source: '', logId: '' };

function logIdOf(source: string): LogId {
  if (source === lastSource.source && source !== '') return lastSource.logId;
  const encoded = SOURCE.exec(source)?.[1];
  try {
    if (encoded !== undefined) {
      lastSource = { source, logId: decodeURIComponent(encoded) };
      return lastSource.logId;
    }
  } catch {
    // Told below like any other source that is none.
  }
  throw rejected(`its source ${quoted(source)} is no log`);
}

function streamOf(subject: string | undefined): string {
  try {
    assertStreamName(subject ?? '');
    return subject ?? '';
  } catch (error) {
    throw rejected('its subject is no stream name', error);
  }
}

function timeOf(event: CloudEvent): Date {
  const at = commitTimeOf(event);
  if (Number.isNaN(at.getTime())) throw rejected('it has no time');
  return at;
}

function numberOf(event: CloudEvent, name: string): number {
  const value = event[name];
  const number = typeof value === 'string' && /^[1-9]\d{0,15}$/.test(value) ? Number(value) : value;
  if (Number.isSafeInteger(number) && (number as number) >= 1) return number as number;
  throw rejected(`its attribute "${name}" is no whole number from 1`);
}

function textOf(event: CloudEvent, name: string, most = Number.POSITIVE_INFINITY): string | undefined {
  const value = event[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= most && value.isWellFormed()) return value;
  throw rejected(`its attribute "${name}" is no text of 1 to ${most} characters`);
}

function eventsOf(data: unknown, { firstVersion, lastVersion }: CommitMessage): MessageEvent[] {
  const events: unknown = (data as { events?: unknown } | null | undefined)?.events;
  if (!Array.isArray(events) || events.length !== lastVersion - firstVersion + 1) {
    throw rejected(`it does not hold the events of versions ${firstVersion} to ${lastVersion}`);
  }
  for (let i = 0; i < events.length; i++) assertEvent(events[i], firstVersion + i);
  return events as MessageEvent[];
}

function assertEvent(event: unknown, version: number): void {
  if (typeof event !== 'object' || event === null) throw rejected(`version ${version} is no event`);
  const { type, data, metadata, schemaVersion } = event as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string' || type === '' || type.length > MAX_EVENT_TYPE_LENGTH) {
    throw rejected(`version ${version} has no type`);
  }
  if (data === undefined) throw rejected(`version ${version} has no data`);
  if (
    metadata !== undefined &&
    (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
  ) {
    throw rejected(`version ${version} has metadata that are no object`);
  }
  if (
    schemaVersion !== undefined &&
    !(Number.isSafeInteger(schemaVersion) && (schemaVersion as number) >= 1)
  ) {
    throw rejected(`version ${version} has a schema version that is no whole number from 1`);
  }
}

function rejected(why: string, cause?: unknown): MessageRejectedError {
  return new MessageRejectedError(
    `The message is no commit: ${why}.`,
    cause === undefined ? undefined : { cause },
  );
}
