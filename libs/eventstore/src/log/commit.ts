import type { RecordedEvent } from './event.js';
import type { ExpectedVersion } from './expected-version.js';
import type { Mark, Position, StreamVersion } from './positions.js';
import type { StreamName } from './stream-name.js';

/** The numbers of a commit, without its events. */
export interface CommitHeader {
  readonly position: Position;
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  readonly at: Date;
  readonly commitId?: string;
}

/** One append: 1 to n events of one stream, written together. The unit of everything: a row, a message, a step of a projection. */
export interface Commit extends CommitHeader {
  readonly events: readonly RecordedEvent[];
}

/** A version conflict is an answer, not an exception. */
export type AppendResult =
  | { readonly ok: true; readonly commit: CommitHeader }
  | { readonly ok: false; readonly conflict: VersionConflict };

/** The stream stands at `actual`, which is not what the append expected. Load it again and decide again. */
export interface VersionConflict {
  readonly stream: StreamName;
  readonly expected: ExpectedVersion;
  readonly actual: StreamVersion;
}

/** What became of a commit id. */
export type CommitOutcome =
  | { readonly outcome: 'committed'; readonly commit: Commit }
  | { readonly outcome: 'fenced' }
  | { readonly outcome: 'absent' };

/** What is remembered of a commit to know its log again. */
export function markOf(commit: CommitHeader): Mark {
  const mark = { stream: commit.stream, firstVersion: commit.firstVersion, at: commit.at.getTime() };
  return commit.commitId === undefined ? mark : { ...mark, commitId: commit.commitId };
}
