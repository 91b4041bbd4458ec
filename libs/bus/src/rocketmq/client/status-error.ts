interface Status {
  getCode(): number;
  getMessage(): string;
}

/** What the server answered, as the client's own exceptions are: with a `code` of `Code`. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'StatusError';
  }

  static from(status: Status | undefined): StatusError {
    return new StatusError(status?.getCode() ?? 0, status?.getMessage() || 'The server gave no reason.');
  }
}
