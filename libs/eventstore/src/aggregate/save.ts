import type { CommitHeader } from '../log/commit.js';
import type { EventMetadata } from '../log/event.js';
import type { ExpectedVersion } from '../log/expected-version.js';
import type { StreamVersion } from '../log/positions.js';

export interface SaveOptions {
  /** Makes the save idempotent: a second one with the same id and events gets the first result. */
  readonly commitId?: string;
  /** What the caller demands of the stream; by default the version at which the aggregate was loaded. */
  readonly expected?: ExpectedVersion;
  /** The commit's time; the store's clock without it. */
  readonly at?: Date;
  /** Goes onto every event. Wins over the context's; the event's own wins over both. */
  readonly metadata?: EventMetadata;
}

/** What became of the uncommitted events, or of a command. */
export type SaveResult =
  | { readonly outcome: 'appended'; readonly commit: CommitHeader }
  /** Done before, under the same commit id: this is the first result. */
  | { readonly outcome: 'repeated'; readonly commit: CommitHeader }
  /** There was nothing to append. */
  | { readonly outcome: 'nothing'; readonly version: StreamVersion };

export type SaveAggregate = (options?: SaveOptions) => Promise<SaveResult>;
