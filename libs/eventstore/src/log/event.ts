import type { Position, StreamVersion } from './positions.js';
import type { StreamName } from './stream-name.js';

/** A value that JSON carries without loss. */
export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What surrounds an event: who, why, and from where. Never part of the decision whether two commits are the same. */
export interface EventMetadata {
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly actor?: string;
  readonly [key: string]: JsonValue | undefined;
}

/** An event that is to be appended. */
export interface NewEvent<Data = unknown> {
  /** A stable name such as `order.paid`: 1 to 256 characters. Names that begin with `$` are reserved. */
  readonly type: string;
  /** A JSON value. What JSON would change or lose (`undefined`, `NaN`, `Date`, `BigInt` …) is refused with the path to it. */
  readonly data: Data;
  readonly metadata?: EventMetadata;
  /** The version of the data's shape, from 1, which is the default. */
  readonly schemaVersion?: number;
}

/** An event as the log has it. Log, stream and version identify it. */
export interface RecordedEvent<Data = unknown> {
  readonly stream: StreamName;
  readonly version: StreamVersion;
  readonly type: string;
  readonly data: Data;
  readonly metadata: EventMetadata;
  readonly schemaVersion: number;
  /** When the writer appended it. Never an order: clocks differ. */
  readonly at: Date;
  readonly commitId?: string;
  /** Where the event's commit stands in the log; absent on an event that came over a bus whose sender did not know it. */
  readonly position?: Position;
  /** Counts from 0 the events that an upcaster made of one stored event, which share its version; absent where there is just one. */
  readonly part?: number;
}

/** The reserved event that closes a stream. Projections do not see it unless they ask for it by name. */
export const STREAM_CLOSED = '$stream-closed';
