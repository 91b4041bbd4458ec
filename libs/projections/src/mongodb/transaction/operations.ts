import {
  InvalidProjectionOptionsError,
  TransactionEndedError,
  TransactionFailedError,
  TransactionTooLongError,
} from '../../index.js';
import { errorOfDriver } from '../errors.js';

/** Of which transaction, for messages. */
export interface Subject {
  readonly name: string;
  readonly location: string;
}

export interface Deadline {
  /** Milliseconds. */
  readonly limit: number;
  /** Milliseconds since the transaction began. */
  readonly elapsed: () => number;
}

/**
 * What is done in one transaction, one after the other: a server does not take operations of one transaction side by side. After the first
 * failure nothing more is done, since what comes of a transaction that goes on differs from server to server: MongoDB has aborted it.
 */
export class Operations {
  #last: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  #ended = false;
  #hasBegun = false;

  constructor(
    private readonly subject: Subject,
    private readonly deadline: Deadline,
  ) {}

  /** The first operation that failed, whether the handler has noticed or not. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  /** Whether the server knows of the transaction: it begins with its first operation. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      this.#hasBegun = true;
      return work();
    });
  }

  /** Beside the transaction: a server makes no index while a transaction is open that it would have to wait for, and this one waits for it. */
  runBefore<T>(what: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(() => {
      if (!this.#hasBegun) return work();
      throw new InvalidProjectionOptionsError(
        'setup',
        `The setup of "${this.subject.name}" calls ${what} after it has read or written rows. Make collections and indexes first.`,
      );
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#ended) return Promise.reject(new TransactionEndedError(this.subject.name));
    const result = this.#last.then(() => this.#attempt(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Later uses fail; what was begun is waited for, also if the handler did not. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#last;
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T> {
    if (this.#failure) throw new TransactionFailedError(this.subject.name, { cause: this.#failure.error });
    try {
      this.#assertInTime();
      return await work();
    } catch (thrown) {
      const error = errorOfDriver(thrown);
      this.#failure = { error };
      throw error;
    }
  }

  #assertInTime(): void {
    const { limit, elapsed } = this.deadline;
    if (elapsed() >= limit) throw new TransactionTooLongError(this.subject.name, limit);
  }
}
