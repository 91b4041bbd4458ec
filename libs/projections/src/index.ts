export * from './parking/discard-parked.js';
export * from './parking/list-parked.js';
export * from './parking/retry-parked.js';
export * from './parking/show-parked.js';
export { feedGroups, type BusFeed } from './projection/feed/bus-feed.js';
export type { RowComparison, RowDifference } from './projection/rebuild/compare-rows.js';
export * from './projection/define-projection.js';
export * from './projection/define-reactor.js';
export * from './projection/errors.js';
export type { ProcessingOptions } from './projection/processing-options.js';
export * from './projection/projection.js';
export type { ProjectorEvent, ProjectorOptions } from './projection/projector-options.js';
export * from './projection/projector-status.js';
export * from './projection/projector.js';
export * from './projection/read-models.js';
export type {
  RebuildOptions,
  RebuildProgress,
  RebuildResult,
  Verification,
} from './projection/rebuild/rebuild-options.js';
export * from './projection/rebuild/rebuild.js';
export * from './projection/replay-reactor.js';
export * from './projection/validate.js';
export * from './projection/version-id.js';
export {
  waitFor,
  type StreamPoint,
  type WaitContext,
  type WaitOptions,
  type WaitOutcome,
} from './projection/waiting/wait-for.js';
