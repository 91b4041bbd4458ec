import type { RecordedEvent } from '../../log/event.js';
import type { StreamReading } from './read-stream.js';

/** An iterator by hand: one promise per event that is there already, where an async generator makes several. */
export class StreamIterator implements AsyncIterator<RecordedEvent> {
  readonly #begin: () => StreamReading;
  readonly #read: <T>(work: () => Promise<T>) => Promise<T>;
  #reading: StreamReading | undefined;
  #events: readonly RecordedEvent[] = [];
  #index = 0;
  #ended = false;
  #fetching: Promise<void> | undefined;

  constructor(begin: () => StreamReading, read: <T>(work: () => Promise<T>) => Promise<T>) {
    this.#begin = begin;
    this.#read = read;
  }

  next(): Promise<IteratorResult<RecordedEvent>> {
    const value = this.#events[this.#index];
    if (value !== undefined) {
      this.#index += 1;
      return Promise.resolve({ value, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    this.#fetching ??= this.#fetch();
    return this.#fetching.then(() => this.next());
  }

  return(): Promise<IteratorResult<RecordedEvent>> {
    this.#events = [];
    this.#ended = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #fetch(): Promise<void> {
    try {
      const reading = (this.#reading ??= this.#begin());
      const events = await this.#read(() => reading.read());
      this.#ended ||= events.length === 0;
      this.#events = this.#ended ? [] : events;
      this.#index = 0;
    } catch (error) {
      this.#ended = true;
      throw error;
    } finally {
      this.#fetching = undefined;
    }
  }
}
