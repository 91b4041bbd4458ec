import { decodeEvents } from '../../log/commit-text.js';
import type { Commit, CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';

/** The columns of a commit's numbers, for a query over `commits c` and `streams s`. */
export const HEADER_COLUMNS = 'c.position, s.name AS stream, c.first_version, c.count, c.commit_id, c.at';
export const COMMIT_COLUMNS = `${HEADER_COLUMNS}, c.events`;
export const COMMITS_AND_STREAMS = 'commits c CROSS JOIN streams s ON s.id = c.stream_id';

/** A commit's numbers, where the stream and the position are known. */
export interface NumbersRow {
  readonly first_version: number;
  readonly count: number;
  readonly commit_id: string | null;
  readonly at: number;
}

export interface HeaderRow extends NumbersRow {
  readonly position: Position;
  readonly stream: StreamName;
}

export interface CommitRow extends HeaderRow {
  readonly events: string;
}

export function headerOf(row: HeaderRow): CommitHeader {
  return headerIn(row.stream, row.position, row);
}

/** Where the position is known without the row. */
export function headerIn(stream: StreamName, position: Position, row: NumbersRow): CommitHeader {
  const { first_version: firstVersion, commit_id: commitId } = row;
  const lastVersion = firstVersion + row.count - 1;
  const at = new Date(row.at);
  return commitId === null
    ? { position, stream, firstVersion, lastVersion, at }
    : { position, stream, firstVersion, lastVersion, at, commitId };
}

export function commitOf(row: CommitRow): Commit {
  return withEvents(headerOf(row), row.events);
}

/** The commit of a header, which becomes it. */
export function withEvents(header: CommitHeader, text: string): Commit {
  const commit = header as Writable<Commit>;
  commit.events = decodeEvents(text, header);
  return commit;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
