import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';

/** Where a stream stands. `id` is its row's. */
export interface StreamHead {
  readonly id: number;
  readonly version: StreamVersion;
  readonly closed: boolean;
}

const GENERATION = 10_000;

/**
 * Remembers the heads of the streams used last, at most twice `GENERATION`: a full generation ages, and the one before it goes. That is
 * nearly LRU, for the price of a Map. What a transaction stages is kept after COMMIT or dropped.
 */
export class StreamHeads {
  #young = new Map<StreamName, StreamHead>();
  #old = new Map<StreamName, StreamHead>();
  readonly #staged = new Map<StreamName, StreamHead>();

  get(stream: StreamName): StreamHead | undefined {
    return this.#staged.get(stream) ?? this.#young.get(stream) ?? this.#promoted(stream);
  }

  stage(stream: StreamName, head: StreamHead): void {
    this.#staged.set(stream, head);
  }

  keepStaged(): void {
    for (const [stream, head] of this.#staged) this.#remember(stream, head);
    this.#staged.clear();
  }

  forget(): void {
    this.#staged.clear();
    this.#young.clear();
    this.#old.clear();
  }

  #promoted(stream: StreamName): StreamHead | undefined {
    const head = this.#old.get(stream);
    if (head) this.#remember(stream, head);
    return head;
  }

  #remember(stream: StreamName, head: StreamHead): void {
    if (this.#young.size >= GENERATION && !this.#young.has(stream)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(stream, head);
  }
}
