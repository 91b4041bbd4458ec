import { wholeNumber } from '../log/check-options.js';
import type { ReadStreamOptions } from '../log/event-store.js';
import type { RecordedEvent } from '../log/event.js';
import type { StreamVersion } from '../log/positions.js';

/** What of a stream is wanted: adapters read whole commits, which may begin before it and end after it. */
export class StreamWindow {
  readonly backward: boolean;
  readonly from: StreamVersion;
  #left: number;

  /** @throws InvalidArgumentError */
  constructor({ direction, from, limit }: ReadStreamOptions) {
    const last = Number.MAX_SAFE_INTEGER;
    this.backward = direction === 'backward';
    this.from = wholeNumber('from', from, { min: 1, fallback: this.backward ? last : 1 });
    this.#left = wholeNumber('limit', limit, { min: 1, fallback: last });
  }

  /** How many events may still be handed out. */
  get left(): number {
    return this.#left;
  }

  /** Those of the next events, in the order of reading, that are wanted. */
  take(events: RecordedEvent[]): RecordedEvent[] {
    const [first] = events;
    const misses = first && (this.backward ? first.version > this.from : first.version < this.from);
    const skipped = misses ? Math.abs(first.version - this.from) : 0;
    const wanted =
      skipped === 0 && events.length <= this.#left ? events : events.slice(skipped, skipped + this.#left);
    this.#left -= wanted.length;
    return wanted;
  }
}
