export * from './aggregate/aggregate-definition.js';
export * from './aggregate/aggregate-errors.js';
export * from './aggregate/aggregate-notice.js';
export * from './aggregate/aggregate-repository.js';
export type { AggregateRepositoryOptions } from './aggregate/aggregate-repository-options.js';
export * from './aggregate/backoff.js';
export * from './aggregate/commit-ids.js';
export * from './aggregate/decider.js';
export * from './aggregate/handle-command.js';
export * from './aggregate/save.js';
export * from './aggregate/snapshot-keeper.js';
export * from './aggregate/snapshot-strategy.js';
export * from './context/context.js';
export { movedBefore } from './copying/assert-place.js';
export * from './copying/copy-log.js';
export * from './log/commit-text.js';
export * from './log/commit.js';
export * from './log/consumer.js';
export * from './log/errors.js';
export * from './log/event-store.js';
export * from './log/event.js';
export * from './log/expected-version.js';
export * from './log/is-promise.js';
export * from './log/known-options.js';
export * from './log/log-reader.js';
export * from './log/message-of.js';
export * from './log/missing-driver.js';
export * from './log/movable-log.js';
export * from './log/positions.js';
export * from './log/printable.js';
export * from './log/same-json.js';
export * from './log/snapshot-store.js';
export * from './log/stream-name.js';
export * from './log/tell.js';
export * from './processor/step/batch-effects.js';
export * from './processor/feed/applied-versions.js';
export * from './processor/checkpoint-store.js';
export * from './processor/feed/commit-feed.js';
export * from './processor/failure-policy.js';
export * from './processor/lease/lease-store.js';
export * from './processor/parking/parked-sequences.js';
export * from './processor/processor-events.js';
export * from './schema/event-class.js';
export * from './schema/event-definition.js';
export * from './schema/event-registry.js';
export * from './schema/upcaster.js';
export type { BatchOptions } from './processor/step/batch-size.js';
export {
  CheckpointMovedError,
  HandlerHangsError,
  LeaseLostError,
  ProjectionFailedError,
  type HangingHandler,
} from './processor/errors.js';
export { describeHandling, type Handling } from './processor/step/handling.js';
export { Processor, type RunOptions, type StopOptions } from './processor/processor.js';
export {
  DEFAULT_LEASE_DURATION,
  type EffectHandler,
  type HandledCommit,
  type ProcessorFilter,
  type ProcessorHandler,
  type ProcessorOptions,
  type ProcessorStore,
  type TransactionalHandler,
} from './processor/processor-options.js';
export type { ProcessorState, ProcessorStatus } from './processor/processor-status.js';
export type { StepResult } from './processor/step/step-result.js';
export { remind, sleep, systemTimers, type Timers } from './processor/timers.js';
