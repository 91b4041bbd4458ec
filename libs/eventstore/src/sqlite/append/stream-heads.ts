import { RecentlyUsed } from '../../adapter/recently-used.js';
import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';

/** Where a stream stands. `id` is its row's. */
export interface StreamHead {
  readonly id: number;
  readonly version: StreamVersion;
  readonly closed: boolean;
}

/** Remembers the heads of the streams used last. What a transaction stages is kept after COMMIT or dropped. */
export class StreamHeads {
  readonly #heads = new RecentlyUsed<StreamName, StreamHead>();
  readonly #staged = new Map<StreamName, StreamHead>();

  get(stream: StreamName): StreamHead | undefined {
    return this.#staged.get(stream) ?? this.#heads.get(stream);
  }

  stage(stream: StreamName, head: StreamHead): void {
    this.#staged.set(stream, head);
  }

  keepStaged(): void {
    for (const [stream, head] of this.#staged) this.#heads.set(stream, head);
    this.#staged.clear();
  }

  forget(): void {
    this.#staged.clear();
    this.#heads.clear();
  }
}
