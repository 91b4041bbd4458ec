/** What went wrong, for programs: the `code` of every `ProjectionsError`. */
export type ProjectionsErrorCode =
  | 'duplicate-projection'
  | 'inside-transaction'
  | 'invalid-options'
  | 'invalid-row'
  | 'not-parked'
  | 'projection-behind'
  | 'not-running'
  | 'read-models-closed'
  | 'read-models-diverged'
  | 'row-refused'
  | 'setup-failed'
  | 'store-incompatible'
  | 'store-unavailable'
  | 'transaction-control'
  | 'transaction-ended'
  | 'transaction-failed'
  | 'transaction-too-long'
  | 'unknown-projection'
  | 'version-is-live';

/** The base of every error that this library throws. Tell them apart by `code`: class identity does not survive two copies of a package. */
export class ProjectionsError extends Error {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean = false;

  constructor(
    readonly code: ProjectionsErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Whether an error has a `code` and `retryable`, as a `ProjectionsError` has, and that code if one is given. The errors of the other libs have
 * both, too.
 */
export function isProjectionsError(error: unknown, code?: ProjectionsErrorCode): error is ProjectionsError {
  if (!(error instanceof Error) || !('code' in error) || !('retryable' in error)) return false;
  return code === undefined || error.code === code;
}
