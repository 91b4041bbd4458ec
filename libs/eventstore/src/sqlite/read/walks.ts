import { StoreClosedError } from '../../log/errors.js';
import type { Reader } from '../connection/open-reader.js';
import { translateError } from '../errors.js';

/** Work of many turns, each on a reader of its own, until the log is closed. */
export class Walks {
  readonly #walks = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  readonly #location: string;

  constructor(location: string) {
    this.#location = location;
  }

  async run<T>(reader: Reader, work: (reader: Reader, closing: AbortSignal) => Promise<T>): Promise<T> {
    const walk = work(reader, this.#closing.signal);
    this.#walks.add(walk);
    try {
      return await walk;
    } catch (error) {
      throw translateError(error, this.#location);
    } finally {
      this.#walks.delete(walk);
    }
  }

  /** Ends them. Resolves when they have. */
  async end(): Promise<void> {
    this.#closing.abort(new StoreClosedError());
    await Promise.allSettled(this.#walks);
  }
}
