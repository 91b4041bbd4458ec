import { EventStoreError } from '../log/errors.js';

/** No repository has made or loaded this aggregate, so nobody knows its stream and version. */
export class AggregateNotAttachedError extends EventStoreError {
  constructor(readonly aggregate: string) {
    super(
      'aggregate-not-attached',
      `No repository owns this ${aggregate}, so it cannot be saved. Get it from load() or create() of its AggregateRepository.`,
    );
  }
}

/** The aggregate has events of a type that it does not handle. */
export class HandlerNotFoundError extends EventStoreError {
  constructor(
    readonly eventType: string,
    readonly handlersOf: string,
  ) {
    super(
      'handler-not-found',
      `Aggregate "${handlersOf}" has no handler for "${eventType}". Add one; an empty one says that the event changes nothing.`,
    );
  }
}
