import type { Position, ProcessorEvent, StreamName } from '@varve/eventstore';
import { assertProcessingOptions, type ProcessingOptions } from '../processing-options.js';
import type { Projection } from '../projection.js';
import type { VersionId } from '../version-id.js';
import type { RowComparison } from './compare-rows.js';

/** What `rebuild` takes. */
export interface RebuildOptions<Tx> extends ProcessingOptions<Tx> {
  /** What is built anew, as this code declares it. */
  readonly projection: Projection<Tx>;
  /** What becomes of a rebuild of this version that was interrupted: `resume` (default), or drop it and begin `afresh`. */
  readonly unfinished?: 'resume' | 'afresh';
  /**
   * Compares the new rows with the live ones, both at one position: `report` switches whatever comes out, `require` only when they are the
   * same. Default `none`.
   */
  readonly verify?: 'none' | 'report' | 'require';
  /** When the new version parks streams that the live one has not: `hold` the switch (default), or `switch` all the same. */
  readonly parked?: 'hold' | 'switch';
  /** What becomes of the version that was live. Default `keep`. */
  readonly replaced?: 'keep' | 'drop';
  /** Interrupts; the same call goes on where this one stopped. */
  readonly signal?: AbortSignal;
  /** At most ten times a second. */
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Hears what the processor does that builds the new version. It is not awaited: what it throws or rejects is dropped. */
  readonly onEvent?: (event: ProcessorEvent) => void;
}

/** @throws InvalidProjectionOptionsError */
export function assertRebuildOptions<Tx>(options: RebuildOptions<Tx>): void {
  assertProcessingOptions<Tx, RebuildOptions<Tx>>('a rebuild', options, {
    projection: 'object',
    unfinished: ['resume', 'afresh'],
    verify: ['none', 'report', 'require'],
    parked: ['hold', 'switch'],
    replaced: ['keep', 'drop'],
    signal: 'object',
    onProgress: 'function',
    onEvent: 'function',
  });
}

/** How far a rebuild has come, for people to look at. */
export interface RebuildProgress {
  readonly phase: 'building' | 'verifying' | 'switching';
  readonly version: VersionId;
  readonly position: Position;
  /** Where the log ends. */
  readonly head: Position;
  readonly eventsPerSecond: number;
  /** Absent until it can be told. */
  readonly secondsLeft?: number;
}

/** How a rebuild has ended: whether readers see the new version now, and if not, why. */
export type RebuildResult = { readonly version: VersionId; readonly position: Position } & (
  | {
      readonly outcome: 'switched';
      /** What readers saw before. */
      readonly replaced?: VersionId;
      readonly verification?: Verification;
    }
  /** By the signal. Nothing is lost: run it again. */
  | { readonly outcome: 'interrupted' }
  /** It is built, but readers still see the old one. */
  | { readonly outcome: 'held'; readonly reason: 'not-verified'; readonly verification: Verification }
  | {
      readonly outcome: 'held';
      readonly reason: 'parked';
      readonly streams: readonly StreamName[];
      readonly verification?: Verification;
    }
);

/**
 * `not-comparable`: there is nothing live, it comes from another log, or it stands behind the new version and does not move; or its rows are
 * ahead of its checkpoint and nobody works on it; or a bus feeds it ahead of its position and the new version is built by another instance,
 * which cannot be brought to the same commits from here; or another rebuild has made the new version live meanwhile.
 */
export type Verification =
  | {
      readonly verdict: 'not-comparable';
      readonly why: 'nothing-live' | 'other-log' | 'live-behind' | 'live-unsettled' | 'built-elsewhere';
    }
  | ({
      readonly verdict: 'same' | 'different';
      /** Where both stood. */
      readonly position: Position;
      /** Rows of these streams differ because one side has set them aside. */
      readonly parked: { readonly live: readonly StreamName[]; readonly rebuilt: readonly StreamName[] };
    } & RowComparison);
