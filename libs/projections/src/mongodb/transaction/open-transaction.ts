import type { ClientSession } from 'mongodb';
import { Operations, type Deadline, type Subject } from './operations.js';

/** A transaction that is under way. */
export class OpenTransaction {
  readonly operations: Operations;
  readonly #begunAt: number;

  constructor(
    readonly session: ClientSession,
    subject: Subject,
    deadline: Deadline,
  ) {
    this.operations = new Operations(subject, deadline);
    this.#begunAt = numberOf(session);
  }

  /** A handler has the session, and with it the means to end its transaction, and even to begin another. */
  get isUntouched(): boolean {
    // The driver counts a transaction when it sends its first operation.
    return this.session.inTransaction() && numberOf(this.session) - this.#begunAt <= 1;
  }
}

function numberOf({ serverSession }: ClientSession): number {
  return serverSession.txnNumber;
}
