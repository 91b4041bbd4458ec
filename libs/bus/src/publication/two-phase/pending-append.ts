import {
  assertCommitId,
  assertExpectedVersion,
  assertStreamName,
  encodeEvents,
  STREAM_CLOSED,
  type AppendOptions,
  type AppendResult,
  type EventStore,
  type ExpectedVersion,
  type NewEvent,
  type StreamName,
} from '@varve/eventstore';

/** An append that has been checked as far as it can be without the log. */
export interface PendingAppend {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly events: readonly NewEvent[];
  readonly commitId: string;
  /** Whether the caller may have used the id before. */
  readonly isOwnId: boolean;
  readonly at: Date;
  write(expected: ExpectedVersion): Promise<AppendResult>;
}

/**
 * What is prepared must be what is appended: the events are taken as the log would store them, once, whatever the caller does with its
 * objects meanwhile, and the time is taken before anything is sent.
 *
 * @throws what the store throws for arguments that it refuses
 */
export function pendingAppend(
  store: EventStore,
  {
    stream,
    expected,
    events,
  }: { stream: StreamName; expected: ExpectedVersion; events: readonly NewEvent[] },
  options: Required<AppendOptions> & { readonly isOwnId: boolean },
): PendingAppend {
  const { commitId, at, isOwnId } = options;
  assertArguments(stream, expected, commitId);
  const stored = JSON.parse(encodeEvents(events)) as NewEvent[];
  const write = (version: ExpectedVersion) => store.append(stream, version, stored, { commitId, at });
  return { stream, expected, events: stored, commitId, isOwnId, at, write };
}

export function pendingClosing(
  store: EventStore,
  { stream, expected }: { stream: StreamName; expected: ExpectedVersion },
  options: Required<AppendOptions> & { readonly isOwnId: boolean },
): PendingAppend {
  const { commitId, at, isOwnId } = options;
  assertArguments(stream, expected, commitId);
  const events = [{ type: STREAM_CLOSED, data: {} }];
  const write = (version: ExpectedVersion) => store.closeStream(stream, version, { commitId, at });
  return { stream, expected, events, commitId, isOwnId, at, write };
}

function assertArguments(stream: StreamName, expected: ExpectedVersion, commitId: string): void {
  assertStreamName(stream);
  assertExpectedVersion(expected);
  assertCommitId(commitId);
}
