import { TransactionEndedError, TransactionFailedError, TransactionTooLongError } from '../../index.js';

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

  constructor(
    private readonly subject: Subject,
    private readonly deadline: Deadline,
  ) {}

  /** The first operation that failed, whether the handler has noticed or not. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#failure;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
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
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #assertInTime(): void {
    const { limit, elapsed } = this.deadline;
    if (elapsed() >= limit) throw new TransactionTooLongError(this.subject.name, limit);
  }
}
