/** What went wrong, for programs: the `code` of every `BusError`. */
export type BusErrorCode =
  | 'broker-refused'
  | 'broker-unavailable'
  | 'bus-closed'
  | 'handler-hangs'
  | 'invalid-options'
  | 'message-rejected'
  | 'message-too-large'
  | 'publish-not-confirmed';

/** The base of every error that this library throws. Tell them apart by `code`: class identity does not survive two copies of a package. */
export class BusError extends Error {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean = false;

  constructor(
    readonly code: BusErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Whether an error has a `code` and `retryable`, as a `BusError` has, and that code if one is given. The errors of the other libs have both, too. */
export function isBusError(error: unknown, code?: BusErrorCode): error is BusError {
  if (!(error instanceof Error) || !('code' in error) || !('retryable' in error)) return false;
  return code === undefined || error.code === code;
}

/** Poison: what arrived cannot be read, or a handler refuses it for good. */
export class MessageRejectedError extends BusError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('message-rejected', message, options);
  }
}

/** An option, named in `option`, is unknown or cannot be as it is given. */
export class InvalidBusOptionsError extends BusError {
  constructor(
    readonly option: string,
    message: string,
  ) {
    super('invalid-options', message);
  }
}
