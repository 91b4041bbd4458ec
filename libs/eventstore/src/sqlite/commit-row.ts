import { decodeEvents } from '../log/commit-text.js';
import type { Commit, CommitHeader } from '../log/commit.js';

/** The columns of a commit's numbers, for a query over `commits c` and `streams s`. */
export const HEADER_COLUMNS = 'c.position, s.name AS stream, c.first_version, c.count, c.commit_id, c.at';
export const COMMIT_COLUMNS = `${HEADER_COLUMNS}, c.events`;
export const COMMITS_AND_STREAMS = 'commits c CROSS JOIN streams s ON s.id = c.stream_id';

export interface HeaderRow {
  readonly position: number;
  readonly stream: string;
  readonly first_version: number;
  readonly count: number;
  readonly commit_id: string | null;
  readonly at: number;
}

export interface CommitRow extends HeaderRow {
  readonly events: string;
}

export function headerOf(row: HeaderRow): CommitHeader {
  const header = {
    position: row.position,
    stream: row.stream,
    firstVersion: row.first_version,
    lastVersion: row.first_version + row.count - 1,
    at: new Date(row.at),
  };
  return row.commit_id === null ? header : { ...header, commitId: row.commit_id };
}

export function commitOf(row: CommitRow): Commit {
  const header = headerOf(row);
  return { ...header, events: decodeEvents(row.events, header) };
}
