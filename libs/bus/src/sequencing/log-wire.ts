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
import type { AnswerRule } from './answer-rules.js';

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
  const { position, stream, firstVersion, lastVersion, commitId } = wire;
  const at = new Date(wire.at);
  const id = commitId === undefined ? {} : { commitId };
  const events = wire.events.map((event, i) => {
    return { stream, version: firstVersion + i, ...toWireEvent(event), at, position, ...id };
  });
  return { position, stream, firstVersion, lastVersion, at, ...id, events };
}

export function fromWireStreamEvent(stream: StreamName, event: WireStreamEvent): RecordedEvent {
  const { version, position, commitId } = event;
  const recorded = { stream, version, ...toWireEvent(event), at: new Date(event.at), position };
  return commitId === undefined ? recorded : { ...recorded, commitId };
}

/** Something else may answer at the address: a proxy's page, or another service. */
export function assertAnswer<T extends { readonly logId: LogId }>(
  answer: unknown,
  rule: AnswerRule,
  from: string,
): T {
  const given = (answer ?? {}) as Record<string, unknown>;
  const { logId } = given;
  const wrong = typeof logId === 'string' && logId !== '' ? rule(given) : 'it gives no id of a log';
  if (wrong === undefined) return answer as T;
  throw new StoreUnavailableError(
    `What answers at ${from} is no endpoint of a log: ${wrong}. Check the address.`,
    'not-written',
  );
}

function toWireEvent({ type, data, metadata, schemaVersion }: WireEvent): WireEvent {
  return { type, data, metadata, schemaVersion };
}
