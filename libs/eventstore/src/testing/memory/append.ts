import { sameEvents } from '../../log/commit-text.js';
import type { AppendResult } from '../../log/commit.js';
import { CommitFencedError, CommitIdReusedError, StreamClosedError } from '../../log/errors.js';
import type { NewEvent } from '../../log/event.js';
import { meets, type ExpectedVersion } from '../../log/expected-version.js';
import type { StreamName } from '../../log/stream-name.js';
import { assertNotSealed } from './moving.js';
import { headerOf, type MemoryLog, type StoredCommit } from './memory-log.js';

/** An append whose arguments have been checked. */
export interface AppendRequest {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly events: readonly NewEvent[];
  readonly text: string;
  readonly commitId: string | undefined;
  readonly at: number;
}

/** One synchronous step, so that nothing can come between the judgement and the write. */
export function appendTo(log: MemoryLog, request: AppendRequest): AppendResult {
  return findFirstResult(log, request) ?? findRefusal(log, request) ?? write(log, request);
}

export function findFirstResult(log: MemoryLog, request: AppendRequest): AppendResult | undefined {
  const { commitId } = request;
  if (commitId === undefined) return undefined;
  if (log.fenced.has(commitId)) throw new CommitFencedError(commitId);
  const earlier = log.committed.get(commitId);
  if (!earlier) return undefined;
  if (earlier.stream === request.stream && sameEvents(earlier.text, request.events)) {
    return { ok: true, commit: headerOf(earlier) };
  }
  throw new CommitIdReusedError(commitId, earlier.stream);
}

/** Of an append that is not in the log. @throws LogSealedError, StreamClosedError */
function findRefusal(log: MemoryLog, request: AppendRequest): AppendResult | undefined {
  assertNotSealed(log);
  return findConflict(log, request);
}

export function findConflict(log: MemoryLog, request: AppendRequest): AppendResult | undefined {
  const { stream, expected } = request;
  const actual = log.versionOf(stream);
  if (log.isClosed(stream)) throw new StreamClosedError(stream, actual);
  return meets(expected, actual) ? undefined : { ok: false, conflict: { stream, expected, actual } };
}

export function write(log: MemoryLog, request: AppendRequest): AppendResult {
  const stored = nextCommit(log, request);
  log.add(stored);
  return { ok: true, commit: headerOf(stored) };
}

export function nextCommit(log: MemoryLog, request: AppendRequest): StoredCommit {
  const { stream, text, commitId, at, events } = request;
  const version = log.versionOf(stream);
  return {
    position: log.commits.length + 1,
    stream,
    firstVersion: version + 1,
    lastVersion: version + events.length,
    at,
    commitId,
    text,
    types: new Set(events.map((event) => event.type)),
  };
}
