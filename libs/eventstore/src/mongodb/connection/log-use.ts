import { StoreClosedError } from '../../log/errors.js';
import { translateError } from '../errors.js';
import type { OpenedLog } from './connect.js';
import type { MongoLog } from './mongo-log.js';
import { SameLog } from './same-log.js';

/** What is under way on an open log; whoever closes it waits for it. */
export class LogUse {
  readonly #log: MongoLog;
  readonly #disconnect: OpenedLog['disconnect'];
  readonly #sameLog = new SameLog();
  readonly #closing = new AbortController();
  readonly #working = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor({ log, disconnect }: OpenedLog) {
    this.#log = log;
    this.#disconnect = disconnect;
  }

  /** Everything but an append: its errors as this library's, and on the log that was opened. */
  async run<T>(work: (log: MongoLog) => Promise<T>): Promise<T> {
    return this.change(async (log) => {
      const [result] = await Promise.all([work(log), this.#sameLog.check(log)]);
      return result;
    });
  }

  /** What gives the log another id, which is not to be looked at meanwhile. */
  async change<T>(work: (log: MongoLog) => Promise<T>): Promise<T> {
    this.assertOpen();
    const working = work(this.#log);
    this.#working.add(working);
    try {
      return await working;
    } catch (error) {
      throw translateError(error, this.#log.location);
    } finally {
      this.#working.delete(working);
    }
  }

  /** Aborted by `close`, or with `signal`. */
  untilClosed(signal: AbortSignal | undefined): AbortSignal {
    const closing = this.#closing.signal;
    return signal ? AbortSignal.any([signal, closing]) : closing;
  }

  assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  /** Idempotent. `drained` is what has to be finished beside what runs here. */
  close(drained: () => Promise<void>): Promise<void> {
    this.#closed ??= this.#close(drained);
    return this.#closed;
  }

  async #close(drained: () => Promise<void>): Promise<void> {
    this.#closing.abort(new StoreClosedError());
    await Promise.all([drained(), Promise.allSettled(this.#working)]);
    try {
      await this.#disconnect();
    } catch (error) {
      throw translateError(error, this.#log.location);
    }
  }
}
