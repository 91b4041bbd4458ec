/** What an error of this library is, whichever class it is an instance of. Codes are part of the public API. */
export type EventStoreErrorCode =
  | 'aggregate-not-attached'
  | 'commit-fenced'
  | 'commit-id-reused'
  | 'concurrency-conflict'
  | 'domain-rule-violated'
  | 'checkpoint-moved'
  | 'duplicate-handler'
  | 'event-undecodable'
  | 'handler-hangs'
  | 'handler-not-found'
  | 'invalid-argument'
  | 'invalid-event'
  | 'invalid-options'
  | 'lease-lost'
  | 'log-diverged'
  | 'log-incomplete'
  | 'log-not-dense'
  | 'log-sealed'
  | 'projection-failed'
  | 'store-closed'
  | 'store-incompatible'
  | 'store-unavailable'
  | 'stream-closed'
  | 'unknown-event-type';

/** The base of every error that this library throws. Tell them apart by `code`: class identity does not survive two copies of a package. */
export class EventStoreError extends Error {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean = false;

  constructor(
    readonly code: EventStoreErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Whether an error has a `code` and `retryable`, as an `EventStoreError` has, and that code if one is given: what two copies of a package have in
 * common. The errors of the other libs have both, too.
 */
export function isEventStoreError(error: unknown, code?: EventStoreErrorCode): error is EventStoreError {
  if (!(error instanceof Error) || !('code' in error) || !('retryable' in error)) return false;
  return code === undefined || error.code === code;
}

/** Two writers decided on the same version. Load again, decide again. */
export class ConcurrencyConflictError extends EventStoreError {
  override readonly retryable = true;

  constructor(
    readonly stream: string,
    readonly expected: number | string,
    readonly actual: number,
  ) {
    super(
      'concurrency-conflict',
      `Stream "${stream}" is at version ${actual}, not at ${expected}: somebody else appended. Load it again and decide again.`,
    );
  }
}

/** Somebody who waited for this commit has given it up by fencing its id: nothing can be recorded under that any more. Not retryable. */
export class CommitFencedError extends EventStoreError {
  constructor(readonly commitId: string) {
    super(
      'commit-fenced',
      `Commit id "${commitId}" was fenced: the command came too late and nothing was written. Send a new command with a new id.`,
    );
  }
}

/** An append gave an id under which other content is recorded. Ids are for repeating a command, never for the next one. Not retryable. */
export class CommitIdReusedError extends EventStoreError {
  constructor(
    readonly commitId: string,
    readonly stream: string,
  ) {
    super(
      'commit-id-reused',
      `Commit id "${commitId}" already stands for another commit, in stream "${stream}". Nothing was written. Use a new id for new content.`,
    );
  }
}

/** The stream has ended: its events can be read, and no expectation makes it take more. Not retryable. */
export class StreamClosedError extends EventStoreError {
  constructor(
    readonly stream: string,
    readonly version: number,
  ) {
    super('stream-closed', `Stream "${stream}" was closed at version ${version} and takes no more events.`);
  }
}

/** The log is not the one that the checkpoint or snapshot was made from. */
export class LogDivergedError extends EventStoreError {
  constructor(
    readonly logId: string,
    message: string,
  ) {
    super('log-diverged', message);
  }
}

/** Positions go up by one; this log lacks some between `after` and `found`. Whoever reads on would miss commits, so nobody does. */
export class LogNotDenseError extends EventStoreError {
  constructor(
    readonly after: number,
    readonly found: number,
  ) {
    super(
      'log-not-dense',
      `The log goes from position ${after} to ${found}: commits are missing. Stop, run "varve doctor", and restore from a backup.`,
    );
  }
}

/** The log was moved, or is being moved. What was there before the seal can be read as ever. */
export class LogSealedError extends EventStoreError {
  constructor(
    readonly logId: string,
    /** Where it goes on, if whoever sealed it has said so. */
    readonly movedTo?: string,
  ) {
    const where = movedTo === undefined ? 'elsewhere' : `to ${movedTo}`;
    super(
      'log-sealed',
      `Log ${logId} is sealed: it was moved ${where}. Nothing was written. Point this app at its new place; here the log can only be read.`,
    );
  }
}

/** The log is being made as a copy of another one, and is not whole yet. */
export class LogIncompleteError extends EventStoreError {
  constructor(
    readonly location: string,
    /** Where the log is that it is copied from. */
    readonly source: string,
  ) {
    super(
      'log-incomplete',
      `The log ${location} is being copied from ${source} and is not whole yet. Run the same "varve log copy" again to finish it; only if it is not being moved there, it may be deleted instead.`,
    );
  }
}

/** Nothing is known to be wrong with the data; the storage could not be used. */
export class StoreUnavailableError extends EventStoreError {
  override readonly retryable = true;

  constructor(
    message: string,
    /** `not-written`: certainly not; `unknown`: ask `findCommit`, or retry with the same commit id. */
    readonly written: 'not-written' | 'unknown',
    options?: { cause?: unknown },
  ) {
    super('store-unavailable', message, options);
  }
}

/** Something was asked of a store after `close`. */
export class StoreClosedError extends EventStoreError {
  constructor() {
    super('store-closed', 'The event store was closed. Nothing was written.');
  }
}

/** The file or database is no log of this library, or of a newer version of it. */
export class StoreIncompatibleError extends EventStoreError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('store-incompatible', message, options);
  }
}

/** A call's `argument` cannot be as it is. Nothing was done. */
export class InvalidArgumentError extends EventStoreError {
  constructor(
    readonly argument: string,
    message: string,
  ) {
    super('invalid-argument', message);
  }
}

/** The event cannot be recorded as it is. */
export class InvalidEventError extends EventStoreError {
  constructor(
    readonly eventType: string,
    /** Where in the event, e.g. `data.items[2].price`. */
    readonly path: string,
    problem: string,
    options?: { cause?: unknown },
  ) {
    super('invalid-event', `Event "${eventType}" cannot be recorded: ${path} ${problem}.`, options);
  }
}

/** An `option` cannot be as it is, or not together with another. Said where the thing is made, not at its first use. */
export class InvalidOptionsError extends EventStoreError {
  constructor(
    readonly option: string,
    message: string,
  ) {
    super('invalid-options', message);
  }
}

/** The log has, or a caller appends, an event whose type the registry does not know. It is never skipped silently. */
export class UnknownEventTypeError extends EventStoreError {
  constructor(
    readonly eventType: string,
    where: string,
  ) {
    super(
      'unknown-event-type',
      `No event is registered as "${eventType}" (${where}). Register it, or declare it dropped, before this code reads the log.`,
    );
  }
}

/** What is stored cannot be read by this code: its schema version is newer, or an upcaster or a schema refuses it, or it is damaged. */
export class EventUndecodableError extends EventStoreError {
  constructor(
    readonly eventType: string,
    readonly where: string,
    problem: string,
    options?: { cause?: unknown },
  ) {
    super('event-undecodable', `Event "${eventType}" at ${where} cannot be decoded: ${problem}.`, options);
  }
}

/** The base of an application's own refusals: "an order is not paid twice". */
export class DomainRuleError extends EventStoreError {
  constructor(
    readonly rule: string,
    message: string,
  ) {
    super('domain-rule-violated', message);
  }
}
