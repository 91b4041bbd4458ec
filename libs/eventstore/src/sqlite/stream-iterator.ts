import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReadStreamOptions } from '../log/event-store.js';
import type { RecordedEvent } from '../log/event.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import { StreamReading } from './read-stream.js';
import type { SqliteLog } from './sqlite-log.js';

export type Read = <T>(work: (log: SqliteLog) => T) => Promise<T>;

/** An iterator by hand: one promise per event that is there already, where an async generator makes several. */
export class StreamIterator implements AsyncIterator<RecordedEvent> {
  readonly #stream: StreamName;
  readonly #options: ReadStreamOptions;
  readonly #read: Read;
  #reading: StreamReading | undefined;
  #events: readonly RecordedEvent[] = [];
  #index = 0;
  #ended = false;
  #fetching: Promise<unknown> | undefined;

  constructor(stream: StreamName, options: ReadStreamOptions, read: Read) {
    this.#stream = stream;
    this.#options = options;
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
      if (this.#reading) await nextTurn();
      const reading = (this.#reading ??= this.#begin());
      const events = reading.done ? [] : await this.#read((log) => reading.read(log));
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

  #begin(): StreamReading {
    assertStreamName(this.#stream);
    return new StreamReading(this.#stream, this.#options);
  }
}
