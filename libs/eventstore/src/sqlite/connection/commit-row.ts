import { decodeEvents } from '../../log/commit-text.js';
import type { Commit, CommitHeader } from '../../log/commit.js';
import type { RecordedEvent } from '../../log/event.js';
import type { StreamName } from '../../log/stream-name.js';

/** The columns of a commit's numbers, for a query over `commits c` and `streams s`. */
export const HEADER_COLUMNS = 'c.position, s.name AS stream, c.first_version, c.count, c.commit_id, c.at';
export const COMMIT_COLUMNS = `${HEADER_COLUMNS}, c.events`;
export const COMMITS_AND_STREAMS = 'commits c CROSS JOIN streams s ON s.id = c.stream_id';

/** A commit's numbers, where the stream is known. */
export interface NumbersRow {
  readonly position: number;
  readonly first_version: number;
  readonly count: number;
  readonly commit_id: string | null;
  readonly at: number;
}

export interface HeaderRow extends NumbersRow {
  readonly stream: StreamName;
}

export interface CommitRow extends HeaderRow {
  readonly events: string;
}

export function headerOf(row: HeaderRow): CommitHeader {
  return headerIn(row.stream, row);
}

export function headerIn(stream: StreamName, row: NumbersRow): CommitHeader {
  const { position, first_version: firstVersion, commit_id: commitId } = row;
  const lastVersion = firstVersion + row.count - 1;
  const at = new Date(row.at);
  return commitId === null
    ? { position, stream, firstVersion, lastVersion, at }
    : { position, stream, firstVersion, lastVersion, at, commitId };
}

export function commitOf(row: CommitRow): Commit {
  return commitIn(row.stream, row, row.events);
}

export function commitIn(stream: StreamName, row: NumbersRow, text: string): Commit {
  return commitAt(row.position, stream, row, text);
}

const NO_EVENTS: readonly RecordedEvent[] = Object.freeze([]);

/** The commit at a position that is known already. */
export function commitAt(
  position: number,
  stream: StreamName,
  row: Omit<NumbersRow, 'position'>,
  text: string,
): Commit {
  const { first_version: firstVersion, commit_id: commitId } = row;
  const lastVersion = firstVersion + row.count - 1;
  const at = new Date(row.at);
  // With its events from the start: a field that comes later costs each commit an allocation more.
  const commit: Writable<Commit> =
    commitId === null
      ? { position, stream, firstVersion, lastVersion, at, events: NO_EVENTS }
      : { position, stream, firstVersion, lastVersion, at, commitId, events: NO_EVENTS };
  commit.events = decodeEvents(text, commit);
  return commit;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
