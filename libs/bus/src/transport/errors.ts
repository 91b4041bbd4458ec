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

export class BusClosedError extends BusError {
  constructor() {
    super('bus-closed', 'The bus was closed. Nothing was published.');
  }
}
