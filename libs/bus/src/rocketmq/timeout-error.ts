/** With gRPC's own code for it, as every other time-out of the driver. */
export class TimeoutError extends Error {
  readonly code = 4;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds} ms`);
    this.name = 'TimeoutError';
  }
}
