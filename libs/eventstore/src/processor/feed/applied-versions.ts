import type { Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../checkpoint-store.js';

/** What a step has dealt with: applied, or set aside on record. */
export interface Applied {
  /** By stream, the last version. Never lowers one that is there. */
  readonly versions: ReadonlyMap<StreamName, StreamVersion>;
  /** The versions cover everything in the log up to here. */
  readonly upTo: Position;
}

/** The last version of one stream that a processor has dealt with. */
export interface AppliedVersion {
  readonly stream: StreamName;
  readonly version: StreamVersion;
}

/**
 * For each stream of the processor's log the last version that it has dealt with: what tells a duplicate, the next commit and a gap apart
 * when commits come from elsewhere than the log. Never pruned; dropped with the processor.
 */
export interface AppliedVersions<Tx> {
  /** Up to which position of the log the versions are complete; nothing when none were ever kept for this processor. */
  appliedUpTo(processor: ProcessorId): Promise<Position | undefined>;

  /** The versions of these streams; one without a version is left out. */
  loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>>;

  /**
   * In `tx`, with the rows and the checkpoint: rows without their versions would be applied again by the other source, versions without
   * their rows never.
   */
  saveApplied(tx: Tx, processor: ProcessorId, applied: Applied): void | Promise<void>;

  /** All of them in a stable order, for comparing; `after` is the last stream of the page before. `limit` 1 to 10,000, default 1,000. */
  listApplied(
    processor: ProcessorId,
    options?: { readonly after?: StreamName; readonly limit?: number },
  ): Promise<readonly AppliedVersion[]>;
}

/** Whether a store keeps applied versions: only then can its processors be fed beside the log. */
export function keepsVersions<Tx>(store: object): store is AppliedVersions<Tx> {
  return 'saveApplied' in store && typeof store.saveApplied === 'function';
}
