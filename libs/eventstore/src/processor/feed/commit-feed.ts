import type { Commit } from '../../log/commit.js';
import type { LogId, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../checkpoint-store.js';

/** A commit that came beside the log. Its position is not known, and neither its events carry one. */
export type FedCommit = Omit<Commit, 'position'>;

/**
 * Brings commits beside the log, such as from a bus: early, twice, in any order or never. The log has them all, and the processor walks it
 * some seconds behind, so a feed only makes it fast.
 *
 * One processor opens it, and only while it has the lease.
 */
export interface CommitFeed {
  /** Begins, or goes on after `pause`. Never throws: what cannot be reached is tried again. */
  open(session: FeedSession): void;

  /**
   * What can be applied now, at most so many commits: in each stream from the next version on, without a gap. What `known` has already is
   * dropped. Nothing is given away by this: what is not known afterwards comes again.
   *
   * @throws LogDivergedError a commit overlaps with what was applied in a way that cannot be
   */
  next(known: KnownVersions, most: number): Promise<readonly FedCommit[]>;

  /** The step is over: what `known` tells now is done for good. Streams in `left` failed; the walker sees to them, so they are not offered again until `known` has moved. */
  settled(known: KnownVersions, left: ReadonlySet<StreamName>): void;

  /** The log or the store cannot be used: bring nothing more, give nothing back. */
  pause(): void;

  /** Gives back what is not done, since another instance may have the lease now. */
  close(): Promise<void>;

  status(): FeedStatus;
}

/** What a processor tells the `CommitFeed` that it opens. */
export interface FeedSession {
  readonly processor: ProcessorId;
  readonly logId: LogId;
  /** Commits of other streams are none of the processor's. */
  wants(stream: StreamName): boolean;
  /** Call it when `next` has something that it did not have before. */
  ready(): void;
}

/** What the processor has dealt with, while it has the lease. */
export interface KnownVersions {
  /** Loads what is not in memory; nothing to wait for when all of it is. */
  load(streams: readonly StreamName[]): Promise<void> | undefined;
  /** The last version, 0 without one; nothing when it is not loaded. */
  versionOf(stream: StreamName): StreamVersion | undefined;
  /** The stream is set aside: on record, and the log is its queue. */
  isParked(stream: StreamName): boolean;
  /** Changes whenever the walker has moved versions. */
  readonly walks: number;
}

/** How a `CommitFeed` stands in this process, for people and metrics. */
export interface FeedStatus {
  /** `unavailable`: cannot be reached, is tried again; the walker goes on. `paused`: the log or the read models cannot be used, or too much is held. */
  readonly state: 'closed' | 'opening' | 'running' | 'paused' | 'unavailable';
  /** Commits in hand that are not applied. */
  readonly held: number;
  readonly heldBytes: number;
  /** Since the start. */
  readonly applied: number;
  readonly duplicates: number;
  /** Reads of the log for what had not come. */
  readonly refills: number;
  readonly lastError?: unknown;
}
