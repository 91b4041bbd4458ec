import { assertAppendOptions, timeOf } from '../../log/check-options.js';
import { assertCommitId, isClosing, sameEvents } from '../../log/commit-text.js';
import type { AppendResult } from '../../log/commit.js';
import { CommitFencedError, CommitIdReusedError, StreamClosedError } from '../../log/errors.js';
import type { AppendOptions } from '../../log/event-store.js';
import type { NewEvent } from '../../log/event.js';
import { assertExpectedVersion, meets, type ExpectedVersion } from '../../log/expected-version.js';
import { assertStreamName, categoryOf, type StreamName } from '../../log/stream-name.js';
import { headerOf, type HeaderRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { assertNotSealed } from '../moving/seal.js';
import { findCommitRow } from '../read/find-commit.js';
import { headOf, type StreamHead } from './stream-head.js';

/** An append whose arguments have been checked. */
export interface AppendRequest {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly count: number;
  /** The events as they were when `append` was called: the caller may change its objects before the group is written. */
  readonly text: string;
  readonly commitId: string | undefined;
  readonly at: number;
}

/** @throws InvalidArgumentError */
export function appendRequest(
  { stream, expected, count, text }: Omit<AppendRequest, 'commitId' | 'at'>,
  options: AppendOptions,
  clock: () => Date,
): AppendRequest {
  assertStreamName(stream);
  assertExpectedVersion(expected);
  assertAppendOptions(options);
  const { commitId, at } = options;
  if (commitId !== undefined) assertCommitId(commitId);
  return { stream, expected, count, text, commitId, at: timeOf(at, clock) };
}

/** The answer to an append that is refused before it is queued. */
export async function rejectionOf(error: unknown): Promise<never> {
  throw error;
}

/** Judges one append inside the group's transaction, by look-up, and writes it. */
export function append(log: SqliteLog, request: AppendRequest): AppendResult {
  const { stream, expected, commitId } = request;
  const first = commitId === undefined ? undefined : firstResult(log, commitId, request);
  if (first) return first;
  assertNotSealed(log);
  const head = headOf(log, stream);
  if (head?.closed) throw new StreamClosedError(stream, head.version);
  const actual = head?.version ?? 0;
  if (!meets(expected, actual)) return { ok: false, conflict: { stream, expected, actual } };
  return write(log, request, head ?? createStream(log, stream));
}

function firstResult(log: SqliteLog, commitId: string, request: AppendRequest): AppendResult | undefined {
  const { position, fenced } = log.get<{ position: number | null; fenced: number }>(
    BY_COMMIT_ID,
    commitId,
    commitId,
  )!;
  if (position === null) {
    if (fenced) throw new CommitFencedError(commitId);
    return undefined;
  }
  const earlier = findCommitRow(log, commitId)!;
  if (earlier.stream === request.stream && sameText(earlier.events, request.text)) {
    return { ok: true, commit: headerOf(earlier) };
  }
  throw new CommitIdReusedError(commitId, earlier.stream);
}

function sameText(earlier: string, text: string): boolean {
  return earlier === text || sameEvents(earlier, JSON.parse(text) as readonly NewEvent[]);
}

export function createStream(log: SqliteLog, stream: StreamName): StreamHead {
  const { lastInsertRowid } = log
    .statement('INSERT INTO streams (name, category) VALUES (?, ?)')
    .run(stream, categoryOf(stream));
  return { id: Number(lastInsertRowid), version: 0, closed: false };
}

/** Writes a commit that has been judged, at the next position. */
export function write(
  log: SqliteLog,
  request: Omit<AppendRequest, 'expected'>,
  head: StreamHead,
): AppendResult & { ok: true } {
  const { stream, count, text, at } = request;
  const position = log.newest.position + 1;
  const row: HeaderRow = {
    position,
    stream,
    first_version: head.version + 1,
    count,
    commit_id: request.commitId ?? null,
    at,
  };
  log.statement(INSERT).run(position, head.id, row.first_version, row.count, row.commit_id, at, text);
  log.heads.set(stream, { id: head.id, version: head.version + count, closed: isClosing(text) });
  log.stageNewest({ position, streamId: head.id, firstVersion: row.first_version, at });
  return { ok: true, commit: headerOf(row) };
}

/** One statement for both questions, since nearly always both are answered by no. */
const BY_COMMIT_ID = `
  SELECT (SELECT position FROM commits WHERE commit_id = ?) AS position,
    EXISTS (SELECT 1 FROM fences WHERE commit_id = ?) AS fenced`;
const INSERT =
  'INSERT INTO commits (position, stream_id, first_version, count, commit_id, at, events) VALUES (?, ?, ?, ?, ?, ?, ?)';
