import { BusError } from '../message/errors.js';

export * from '../message/errors.js';

/** The broker could not be reached, or cannot work now. Nothing is known to be wrong with the message. */
export class BrokerUnavailableError extends BusError {
  override readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super('broker-unavailable', message, options);
  }
}

/** The broker answered too late or not at all: the message may have arrived. */
export class PublishNotConfirmedError extends BusError {
  override readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super('publish-not-confirmed', message, options);
  }
}

/** The broker says no, and will until somebody changes something: no such topic, its type is another, no right, wrong secret. */
export class BrokerRefusedError extends BusError {
  constructor(
    readonly why:
      | 'unknown-topic'
      | 'wrong-topic-type'
      | 'no-right'
      | 'wrong-credentials'
      | 'certificate'
      | 'illegal-name'
      | 'other',
    message: string,
    options?: { cause?: unknown },
  ) {
    super('broker-refused', message, options);
  }
}

/** The message has more bytes than the bus takes, key and headers included. It was not published. */
export class MessageTooLargeError extends BusError {
  constructor(
    readonly bytes: number,
    readonly maxBytes: number,
    topic: string,
  ) {
    super(
      'message-too-large',
      `A message for topic "${topic}" has ${bytes} bytes, and the bus takes ${maxBytes}. Publish a pointer instead, or raise the broker's limit and "maxBytes".`,
    );
  }
}

/** A call came to a bus that was closed before. */
export class BusClosedError extends BusError {
  constructor() {
    super('bus-closed', 'The bus was closed. Nothing was published.');
  }
}

/** Handlers of a subscriber were not waited for any longer when it was stopped. Their messages were not acknowledged, and come again. */
export class SubscriberHangsError extends BusError {
  override readonly retryable = true;

  /** `handlings`: which subscriber hangs with which message, each as the beginning of a sentence. */
  constructor(readonly handlings: readonly string[]) {
    super(
      'handler-hangs',
      `${handlings.join('; ')}. It was stopped without that: the message is not acknowledged and comes again. Give what the handler calls a time limit.`,
    );
  }
}
