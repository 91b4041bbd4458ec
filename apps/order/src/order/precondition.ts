/** The caller demands a version that the order does not have (any more). Nothing was done. */
export class PreconditionFailedError extends Error {
  readonly code = 'precondition-failed';

  constructor(
    readonly orderId: string,
    readonly actual: number,
  ) {
    super(
      `Order ${orderId} is at version ${actual}, which is not what If-Match demands. Look at it again, then decide again.`,
    );
    this.name = 'PreconditionFailedError';
  }
}
