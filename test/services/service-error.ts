export type ServiceErrorCode =
  | 'tool-missing'
  | 'download-failed'
  | 'build-failed'
  | 'not-ready'
  | 'process-died'
  | 'port-taken'
  | 'no-server'
  | 'broker-refused'
  | 'invalid-options';

/** What the harness could not do, and what to do about it. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ServiceErrorCode;

  constructor(code: ServiceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
