/** The app was started without a bus. */
export class BusNotConfiguredError extends Error {
  readonly code = 'bus-not-configured';

  constructor() {
    super(
      'Orders of a flash sale wait on a bus, and this shop has none: set VARVE_BUS to rocketmq, kafka or memory.',
    );
    this.name = 'BusNotConfiguredError';
  }
}

/** The broker did not take a command in time. */
export class CommandNotAcceptedError extends Error {
  readonly code = 'broker-unavailable';

  constructor(
    /** `never`: it will not be carried out; `unknown`: it may be, if the broker has got it all the same. */
    readonly carriedOut: 'never' | 'unknown',
    options: { readonly cause: unknown },
  ) {
    super(
      carriedOut === 'never'
        ? 'The command was not accepted and will not be carried out. Send it again later.'
        : 'It is not known whether the command was accepted. Send it again with the same Idempotency-Key.',
      options,
    );
    this.name = 'CommandNotAcceptedError';
  }
}
