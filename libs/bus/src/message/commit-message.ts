import type { EventMetadata, LogId, Position, StreamName, StreamVersion } from '@varve/eventstore';

/** The CloudEvents `type` of a commit with its events. */
export const COMMIT_TYPE = 'varve.commit';
/** The CloudEvents `type` of a commit whose events must be read from the log. */
export const POINTER_TYPE = 'varve.commit-pointer';

/** An event inside a message; its version is `firstVersion` plus its index. */
export interface MessageEvent {
  readonly type: string;
  readonly data: unknown;
  readonly metadata?: EventMetadata;
  /** 1 without. */
  readonly schemaVersion?: number;
}

/** A commit as it stands in a message: one commit, one message. */
export interface CommitMessage {
  readonly logId: LogId;
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  readonly commitId?: string;
  /** Only where the publisher knew it: a relay does, a two-phase publisher does not. */
  readonly position?: Position;
  readonly at: Date;
  /** Absent in a pointer: a gap that is refilled from the log like any other. */
  readonly events?: readonly MessageEvent[];
  readonly traceparent?: string;
  readonly tenant?: string;
}
