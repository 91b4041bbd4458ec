import type { RecordedEvent } from '../log/event.js';

/** An iterator by hand: one promise per event that is there already, where an async generator makes several. */
export class EventIterator implements AsyncIterator<RecordedEvent> {
  readonly #fetch: () => Promise<readonly RecordedEvent[]>;
  #events: readonly RecordedEvent[] = [];
  #index = 0;
  #ended = false;
  #fetching: Promise<void> | undefined;

  /** @param fetch the next events; none only at the end */
  constructor(fetch: () => Promise<readonly RecordedEvent[]>) {
    this.#fetch = fetch;
  }

  next(): Promise<IteratorResult<RecordedEvent>> {
    const value = this.#events[this.#index];
    if (value !== undefined) {
      this.#index += 1;
      return Promise.resolve({ value, done: false });
    }
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    this.#fetching ??= this.#refill();
    return this.#fetching.then(() => this.next());
  }

  return(): Promise<IteratorResult<RecordedEvent>> {
    this.#events = [];
    this.#ended = true;
    return Promise.resolve({ value: undefined, done: true });
  }

  async #refill(): Promise<void> {
    try {
      const events = await this.#fetch();
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
