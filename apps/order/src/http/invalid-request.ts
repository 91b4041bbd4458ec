export interface InvalidField {
  /** Where: `items[0].quantity` in the body, or the name of a header or path parameter. */
  readonly field: string;
  readonly message: string;
}

/** Input that no retry makes right. */
export class InvalidRequestError extends Error {
  readonly code = 'invalid-request';

  constructor(
    readonly part: 'body' | 'header' | 'path' | 'query',
    readonly fields: readonly InvalidField[],
  ) {
    super(
      `The ${part} is not valid: ${fields.map(({ field, message }) => `${field}: ${message}`).join('; ')}`,
    );
    this.name = 'InvalidRequestError';
  }
}
