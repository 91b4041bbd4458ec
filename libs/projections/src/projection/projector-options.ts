import type { ProcessorEvent, StreamName } from '@varve/eventstore';
import type { BusFeed } from './feed/bus-feed.js';
import { assertProcessingOptions, type ProcessingOptions } from './processing-options.js';
import type { Projection, Reactor } from './projection.js';
import type { VersionId } from './version-id.js';

/** What a `Projector` is made of. */
export interface ProjectorOptions<Tx> extends ProcessingOptions<Tx> {
  /** The read models that it builds and keeps up to date. No two of them, and no reactor, have one name. */
  readonly projections: readonly Projection<Tx>[];
  /** What has effects outside of the read models. Default none. */
  readonly reactors?: readonly Reactor[];
  /** A bus that brings the projections' commits faster than the log is walked. Reactors follow the log. */
  readonly feed?: BusFeed;
  /** The instances that share these read models, as the log knows them. Default `default`. */
  readonly group?: string;
  /** What becomes of a version once another has taken its place. Default `keep`: `varve projections drop` removes it. */
  readonly replaced?: 'keep' | 'drop';
  /** How often to look whether another version is live or another process has made one, in milliseconds. Default 250. */
  readonly versionCheckInterval?: number;
  /** Hears what the projector and its processors do. It is not awaited: what it throws or rejects is dropped. */
  readonly onEvent?: (event: ProjectorEvent) => void;
}

/** @throws InvalidProjectionOptionsError */
export function assertProjectorOptions<Tx>(options: ProjectorOptions<Tx>): void {
  assertProcessingOptions<Tx, ProjectorOptions<Tx>>('a projector', options, {
    projections: 'array',
    reactors: 'array',
    feed: 'object',
    group: 'string',
    replaced: ['keep', 'drop'],
    versionCheckInterval: true,
    onEvent: 'function',
  });
}

/** Everything that a projector announces. */
export type ProjectorEvent =
  | ProcessorEvent
  /** Readers see another version now. */
  | { readonly kind: 'switched'; readonly from: VersionId | undefined; readonly to: VersionId }
  /** The new version has caught up, but parks streams that the live one does not. Retry or discard them, or switch all the same. */
  | { readonly kind: 'switch-held'; readonly version: VersionId; readonly streams: readonly StreamName[] }
  /** This code's version is older than the live one, or was replaced: this instance leaves it alone. */
  | {
      readonly kind: 'not-followed';
      readonly name: string;
      readonly version: number;
      readonly live: VersionId;
    }
  | { readonly kind: 'version-check-failed'; readonly error: unknown };
