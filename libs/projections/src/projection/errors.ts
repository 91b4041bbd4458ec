import { messageOf } from '@varve/eventstore';
import { ProjectionsError } from './projections-error.js';
import type { StreamPoint } from './waiting/wait-for.js';

export * from './projections-error.js';

/** Start-up is refused: an option, or a declaration, cannot be what is meant. */
export class InvalidProjectionOptionsError extends ProjectionsError {
  constructor(
    readonly option: string,
    message: string,
  ) {
    super('invalid-options', message);
  }
}

/** Two projections, two reactors, or one of each have one name. Start-up is refused. */
export class DuplicateProjectionError extends ProjectionsError {
  constructor(readonly projection: string) {
    super(
      'duplicate-projection',
      `Two projections or reactors are called "${projection}": they would share one checkpoint. Rename one of them.`,
    );
  }
}

/** A projection's `setup` has thrown. */
export class SetupFailedError extends ProjectionsError {
  constructor(
    readonly projection: string,
    readonly version: number,
    options: { cause: unknown },
  ) {
    super(
      'setup-failed',
      `The setup of "${projection}" version ${version} has failed: ${sentence(messageOf(options.cause))} Nothing was made. Mend its \`setup\`, then start again.`,
      options,
    );
  }
}

/** No such projection, version or processor is in the database. */
export class UnknownProjectionError extends ProjectionsError {
  constructor(
    readonly projection: string,
    location: string,
  ) {
    super(
      'unknown-projection',
      `"${projection}" is not in the read models at ${location}. Start a projector that has it, or see "varve projections list" for the names.`,
    );
  }
}

/** Nothing is known to be wrong with the rows; the database could not be used. */
export class ReadModelsUnavailableError extends ProjectionsError {
  override readonly retryable = true;

  constructor(message: string, options?: { cause?: unknown }) {
    super('store-unavailable', message, options);
  }
}

/** The file or database holds no read models of this library, or those of a newer version of it. */
export class ReadModelsIncompatibleError extends ProjectionsError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('store-incompatible', message, options);
  }
}

/** A call came to read models that were closed before. Nothing was written. */
export class ReadModelsClosedError extends ProjectionsError {
  constructor(location: string) {
    super('read-models-closed', `The read models at ${location} were closed. Nothing was written.`);
  }
}

/** The file is not the one that was opened: what is in the one that was lost is lost with it. */
export class ReadModelsDivergedError extends ProjectionsError {
  constructor(location: string, happened: 'deleted' | 'replaced') {
    super(
      'read-models-diverged',
      `The read models at ${location} were ${happened} while they were open. Nothing more is read or written. Restart every process that uses them; the read models are rebuilt from the log.`,
    );
  }
}

/** A handler has kept its transaction handle, or did not await its own work. */
export class TransactionEndedError extends ProjectionsError {
  constructor(readonly processor: string) {
    super(
      'transaction-ended',
      `The transaction of "${processor}" has ended, but its handle is still in use. Await everything that a handler starts, and do not keep the handle.`,
    );
  }
}

/** A handler has ended, or tried to end, the transaction that its rows share with the checkpoint. */
export class TransactionControlError extends ProjectionsError {
  constructor(what: string) {
    super(
      'transaction-control',
      `${what} A handler does not begin, commit or roll back: its rows are kept or lost together with the checkpoint. Take that out of the handler; to undo a part of its work it may use a SAVEPOINT.`,
    );
  }
}

/** A handler has caught the error of an operation of its transaction, which the database has undone as a whole by then. */
export class TransactionFailedError extends ProjectionsError {
  constructor(
    readonly processor: string,
    options: { cause: unknown },
  ) {
    const { cause } = options;
    super(
      'transaction-failed',
      `An operation in the transaction of "${processor}" has failed, and the handler went on: ${sentence(messageOf(cause))} The first error ends the transaction, so nothing was saved. Ask before you write, or use an upsert, rather than catching the error.`,
      options,
    );
  }
}

/** A row, or its id, is of a kind that the database would lose, or give back as something else. Nothing was written. */
export class InvalidRowError extends ProjectionsError {
  readonly collection: string;
  readonly rowId: unknown;
  /** Where in the row, e.g. `items[2].price`; empty for the row as a whole. */
  readonly path: string;

  constructor(
    readonly processor: string,
    row: {
      readonly collection: string;
      readonly shownId: string;
      readonly id: unknown;
      readonly path: string;
    },
    problem: string,
  ) {
    const { collection, shownId, id, path } = row;
    super(
      'invalid-row',
      `The row ${shownId} of "${collection}" in "${processor}" cannot be kept: ${path === '' ? 'it' : path} ${problem}. Nothing was written.`,
    );
    this.collection = collection;
    this.rowId = id;
    this.path = path;
  }
}

/** The database refuses what a row has become: a unique index, a validation rule, or its size. */
export class RowRefusedError extends ProjectionsError {
  constructor(
    readonly collection: string,
    readonly rowId: unknown,
    options: { cause: unknown },
  ) {
    const { cause } = options;
    super(
      'row-refused',
      `The row ${JSON.stringify(rowId)} of "${collection}" was refused: ${sentence(messageOf(cause))} Rows that are written one by one cannot keep a value unique, so drop a unique index; mend what a validation rule refuses; keep rows below 16 MB.`,
      options,
    );
  }
}

/** The transaction of a batch took longer than the database lets one take. The processor tries its commits one by one. */
export class TransactionTooLongError extends ProjectionsError {
  constructor(
    readonly processor: string,
    readonly limit: number,
    options?: { cause?: unknown },
  ) {
    super(
      'transaction-too-long',
      `The transaction of "${processor}" took longer than ${limit} ms, so it was rolled back: the database ends one that is too long. Commits are applied one by one instead; if it is one commit, make its handler quicker.`,
      options,
    );
  }
}

/** A handler has called the read models that its own transaction holds: the call would wait for the handler, and the handler for the call. */
export class InsideTransactionError extends ProjectionsError {
  constructor(location: string) {
    super(
      'inside-transaction',
      `The read models at ${location} were called by a handler that is in a transaction of theirs: they would wait for each other for ever. A handler reads and writes through its \`tx\`; everything else comes after it.`,
    );
  }
}

/** A version that readers see was to be dropped. It is still there. */
export class VersionIsLiveError extends ProjectionsError {
  constructor(readonly processor: string) {
    super(
      'version-is-live',
      `"${processor}" is what readers see, so it is not dropped. Switch to another version first, or remove the whole projection.`,
    );
  }
}

/** A projection or reactor does not work, and waiting does not help: a person has to resume it. */
export class NotRunningError extends ProjectionsError {
  constructor(
    readonly processor: string,
    readonly state: 'paused' | 'stopped',
    reason: string | undefined,
    options?: { cause?: unknown },
  ) {
    super(
      'not-running',
      `"${processor}" is ${sentence(reason ? `${state}: ${reason}` : state)} Mend the cause, then resume it: varve projections resume.`,
      options,
    );
  }
}

/** The stream that somebody asked for, or wants retried or discarded, is not set aside. */
export class NotParkedError extends ProjectionsError {
  constructor(
    readonly processor: string,
    readonly stream: string,
  ) {
    super(
      'not-parked',
      `Stream "${stream}" is not parked in "${processor}". "varve parked list" shows what is.`,
    );
  }
}

/** A reader asked for a position that the projection has not come to in time, or will not come to by itself. */
export class ProjectionBehindError extends ProjectionsError {
  override readonly retryable: boolean;
  readonly reason: 'timeout' | 'parked' | 'paused' | 'stopped';
  /** How far the projection has come. */
  readonly position: number;

  constructor(
    readonly projection: string,
    readonly wanted: number | StreamPoint,
    outcome: { readonly reason: 'timeout' | 'parked' | 'paused' | 'stopped'; readonly position: number },
  ) {
    const { reason, position } = outcome;
    const advice =
      reason === 'timeout'
        ? 'Ask again later.'
        : `It is ${reason}: see "varve projections status ${projection}".`;
    super(
      'projection-behind',
      `"${projection}" has come to position ${position}, not to ${placeOf(wanted)}. ${advice}`,
    );
    this.reason = reason;
    this.position = position;
    this.retryable = reason === 'timeout';
  }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function placeOf(wanted: number | StreamPoint): string {
  return typeof wanted === 'number'
    ? String(wanted)
    : `version ${wanted.version} of stream "${wanted.stream}"`;
}
