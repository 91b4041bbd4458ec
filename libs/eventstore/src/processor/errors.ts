import { EventStoreError, isEventStoreError } from '../log/errors.js';
import type { CommitHeader } from '../log/commit.js';
import { messageOf } from '../log/message-of.js';
import type { Position } from '../log/positions.js';
import type { ProcessorId } from './checkpoint-store.js';
import { describeHandling, type Handling } from './step/handling.js';

/** A handler could not apply a commit. A handler may throw it itself to say which commit of a batch it was. */
export class ProjectionFailedError extends EventStoreError {
  /** Absent when the commit did not come from the log. */
  readonly position: Position | undefined;
  readonly stream: string;

  constructor(
    readonly processor: ProcessorId,
    commit: Pick<CommitHeader, 'stream'> & { readonly position?: Position },
    options: { cause: unknown },
  ) {
    super(
      'projection-failed',
      `Processor "${processor}" could not apply ${placeOf(commit)}: ${messageOf(options.cause).replace(/\.$/, '')}.`,
      options,
    );
    this.position = commit.position;
    this.stream = commit.stream;
  }
}

/** A handler that had not ended when its processor was stopped and the time for that was over. */
export type HangingHandler = Handling & { readonly processor: ProcessorId };

/** Handlers were not waited for any longer. What they were at has been rolled back and comes again. */
export class HandlerHangsError extends EventStoreError {
  constructor(readonly handlers: readonly HangingHandler[]) {
    super(
      'handler-hangs',
      `${handlers.map((each) => `Processor "${each.processor}": ${describeHandling(each)}`).join('; ')}. The processor was stopped without it: what it was at is not saved and comes again. ` +
        `Give what the handler calls a time limit.`,
    );
  }
}

/** Another instance took the lease, or a person paused the processor. What this instance was doing has been rolled back. */
export class LeaseLostError extends EventStoreError {
  constructor(readonly processor: ProcessorId) {
    super(
      'lease-lost',
      `Processor "${processor}" no longer has its lease here: another instance took it, or it was paused.`,
    );
  }
}

/** The checkpoint is not where this instance left it, although the lease is still its own. */
export class CheckpointMovedError extends EventStoreError {
  constructor(
    readonly processor: ProcessorId,
    readonly expected: Position,
  ) {
    super(
      'checkpoint-moved',
      `The checkpoint of processor "${processor}" is no longer at position ${expected}: something else moved it. What was applied on top of it was rolled back.`,
    );
  }
}

/** Thrown inside a step that `stop()` cut short between two transactions. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Carries the error for which the processor must stop until a person resumes it. */
export class MustStopError extends Error {
  override readonly name = 'MustStopError';

  constructor(readonly error: unknown) {
    super(messageOf(error), { cause: error });
  }
}

const UNAVAILABLE = new Set([
  'store-unavailable',
  'store-closed',
  'broker-unavailable',
  'bus-closed',
  'publish-not-confirmed',
]);
const FOR_GOOD = new Set([
  'log-diverged',
  'log-not-dense',
  'store-incompatible',
  'event-undecodable',
  'transaction-control',
  'unknown-event-type',
  'invalid-argument',
  'invalid-options',
]);

/** Whether some storage or broker could not be used: nobody's fault, least of all the commit's. Handlers wrap errors, so the causes count too. */
export function isUnavailable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if ('code' in current && typeof current.code === 'string' && UNAVAILABLE.has(current.code)) return true;
    current = current.cause;
  }
  return false;
}

const OF_THE_WORK = new Set(['transaction-failed', 'transaction-too-long']);

/** Whether a store refuses a transaction for what was done in it, wherever that came to light: fewer commits, or other code, may do. */
export function isOfTheWork(error: unknown): boolean {
  return error instanceof Error && OF_THE_WORK.has(codeOf(error));
}

/** Whether it is somebody else's turn: what this instance was doing does not count. */
export function isOfTheLease(error: unknown): boolean {
  return isEventStoreError(error, 'lease-lost') || isEventStoreError(error, 'checkpoint-moved');
}

/** Whether a broker says no until somebody makes a topic, grants a right or mends a certificate: as little the commit's fault as an outage. */
export function isRefusedByBroker(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'broker-refused';
}

export function isRetryable(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}

/** Whether trying again cannot help. What is not known is tried again: giving up on a storage error that would have passed helps nobody. */
export function isForGood(error: unknown): boolean {
  return isEventStoreError(error) && FOR_GOOD.has(error.code);
}

/** Whether the store of rows and checkpoints is not the one that was opened: nothing can be recorded in it. */
export function isStoreLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'read-models-diverged';
}

export function isUndecodable(error: unknown): boolean {
  return isEventStoreError(error, 'event-undecodable') || isEventStoreError(error, 'unknown-event-type');
}

export function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

function placeOf({ position, stream }: { readonly position?: Position; readonly stream: string }): string {
  return position === undefined
    ? `a commit of stream "${stream}"`
    : `position ${position} (stream "${stream}")`;
}
