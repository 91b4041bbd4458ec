import type { Commit, CommitHeader } from '../log/commit.js';
import type { EventMetadata } from '../log/event.js';
import type { ExpectedVersion } from '../log/expected-version.js';
import type { StreamVersion } from '../log/positions.js';
import type { Backoff } from './backoff.js';

/** How what an aggregate has decided is recorded. */
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

/** How a command is decided, and decided again. */
export interface CommandOptions extends SaveOptions {
  /**
   * Whether the commit that stands under `commitId` already came from this command, for instance by a fingerprint of the command in its
   * metadata. `false` is `commit-id-reused`. Without it every commit of the same stream did: commands cannot be told from events.
   */
  readonly isRepeat?: (earlier: Commit) => boolean;
  /**
   * Waits between tries, after a conflict or an append whose outcome is unknown. What is left out is the repository's, else the default: 10
   * retries, the first after at most 5 ms, none after more than 250 ms.
   */
  readonly backoff?: Partial<Backoff>;
  /** Aborted: a wait before the next try ends with the signal's reason. A try that has begun is finished. */
  readonly signal?: AbortSignal;
}

/** What became of the uncommitted events, or of a command. */
export type SaveResult =
  | { readonly outcome: 'appended'; readonly commit: CommitHeader }
  /** Done before, under the same commit id: this is the first result. */
  | { readonly outcome: 'repeated'; readonly commit: CommitHeader }
  /** There was nothing to append. */
  | { readonly outcome: 'nothing'; readonly version: StreamVersion };

/** Saves the aggregate that it was made for, as `AggregateRepository.save` does: what its `commit()` calls. */
export type SaveAggregate = (options?: SaveOptions) => Promise<SaveResult>;
