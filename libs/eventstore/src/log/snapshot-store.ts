import type { JsonValue } from './event.js';
import type { Mark, StreamVersion } from './positions.js';
import type { StreamName } from './stream-name.js';

/** An aggregate's state at a version: a cache that may be deleted at any time, and is never trusted over the log. */
export interface Snapshot {
  readonly version: StreamVersion;
  /** Covers the aggregate's code and its events' schema versions; a snapshot of another revision is not used. */
  readonly revision: string;
  /** The commit that ends at `version`: if the log has another one there, the snapshot is ignored. */
  readonly mark: Mark;
  readonly state: JsonValue;
}

/**
 * Where snapshots of aggregates are kept, by stream and revision. Every store of this lib is one; `snapshotStoreContract` of its testing part has
 * the rules.
 */
export interface SnapshotStore {
  /** The newest that was saved under that revision. */
  loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined>;

  /**
   * Keeps the newest snapshot of each revision: the instances of a rolling deploy, old and new, do not overwrite each other's.
   * An older version than the one stored under the same revision is dropped silently, unless the log does not have the stored one's
   * commit: a snapshot from before a restore must not stand in the way.
   *
   * @throws InvalidArgumentError for a state that JSON would change
   */
  saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void>;

  /** Those of all revisions. */
  deleteSnapshots(stream: StreamName): Promise<void>;
}
