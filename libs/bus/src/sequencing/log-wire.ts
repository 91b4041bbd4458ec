import {
  StoreUnavailableError,
  type Commit,
  type CommitHeader,
  type EventMetadata,
  type LogId,
  type Position,
  type RecordedEvent,
  type StreamName,
  type StreamVersion,
} from '@varve/eventstore';

/** What the endpoint of a log and its client say to one another: JSON, with the events' data, metadata and numbers as they stand in the log. */
export interface HeadAnswer {
  readonly logId: LogId;
  readonly head: Position;
}

/** One batch of the log. Without commits and at `upTo` = `after`: that is its end. */
export interface CommitsAnswer {
  readonly logId: LogId;
  readonly upTo: Position;
  readonly commits: readonly WireCommit[];
}

export interface CommitAnswer {
  readonly logId: LogId;
  readonly commit: WireHeader | null;
}

export interface StreamAnswer {
  readonly logId: LogId;
  readonly events: readonly WireStreamEvent[];
  /** Whether the stream may go on behind this page. */
  readonly more: boolean;
}

interface WireEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata: EventMetadata;
  readonly schemaVersion: number;
}

export interface WireHeader {
  readonly position: Position;
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly commitId?: string;
}

export interface WireCommit extends WireHeader {
  readonly events: readonly WireEvent[];
}

export interface WireStreamEvent extends WireEvent {
  readonly version: StreamVersion;
  readonly position: Position;
  readonly at: number;
  readonly commitId?: string;
}

export function toWireHeader(commit: CommitHeader): WireHeader {
  const { position, stream, firstVersion, lastVersion, at, commitId } = commit;
  const header = { position, stream, firstVersion, lastVersion, at: at.getTime() };
  return commitId === undefined ? header : { ...header, commitId };
}

export function toWireCommit(commit: Commit): WireCommit {
  return { ...toWireHeader(commit), events: commit.events.map(toWireEvent) };
}

export function toWireStreamEvent(event: RecordedEvent): WireStreamEvent {
  const { version, position = 0, at, commitId } = event;
  const placed = { ...toWireEvent(event), version, position, at: at.getTime() };
  return commitId === undefined ? placed : { ...placed, commitId };
}

export function fromWireHeader({ at, ...header }: WireHeader): CommitHeader {
  return { ...header, at: new Date(at) };
}

export function fromWireCommit(wire: WireCommit): Commit {
  const { events, ...rest } = wire;
  const header = fromWireHeader(rest);
  const { stream, position, firstVersion, at, commitId } = header;
  return {
    ...header,
    events: events.map((event, i) => {
      const recorded = { stream, version: firstVersion + i, ...event, at, position };
      return commitId === undefined ? recorded : { ...recorded, commitId };
    }),
  };
}

export function fromWireStreamEvent(stream: StreamName, { at, ...event }: WireStreamEvent): RecordedEvent {
  return { stream, ...event, at: new Date(at) };
}

/** Something else may answer at the address: a proxy's page, or another service. */
export function assertAnswer<T extends { readonly logId: LogId }>(answer: unknown, from: string): T {
  const { logId } = (answer ?? {}) as { logId?: unknown };
  if (typeof logId === 'string' && logId !== '') return answer as T;
  throw new StoreUnavailableError(
    `What answers at ${from} is no endpoint of a log. Check the address.`,
    'not-written',
  );
}

function toWireEvent({ type, data, metadata, schemaVersion }: RecordedEvent): WireEvent {
  return { type, data, metadata, schemaVersion };
}
