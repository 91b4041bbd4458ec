import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import { closesStream, type HeaderDocument } from '../connection/commit-document.js';

/** That a commit of the stream ends at `version`: true for ever, though others may have come after it. */
export interface StreamHead {
  readonly version: StreamVersion;
  readonly closed: boolean;
}

const GENERATION = 10_000;

/**
 * Where the streams stood that were used last, at most twice `GENERATION`: a full generation ages, and the one before it goes. Only what a
 * majority has is kept. A stale head costs a round trip: the index (stream, firstVersion) decides.
 */
export class StreamHeads {
  #young = new Map<StreamName, StreamHead>();
  #old = new Map<StreamName, StreamHead>();

  get(stream: StreamName): StreamHead | undefined {
    return this.#young.get(stream) ?? this.#old.get(stream);
  }

  learn(document: Pick<HeaderDocument, 'stream' | 'lastVersion' | 'types'>): void {
    const { stream, lastVersion: version } = document;
    const known = this.get(stream);
    if (known && known.version >= version) return;
    if (this.#young.size >= GENERATION && !this.#young.has(stream)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(stream, { version, closed: closesStream(document) });
  }

  forget(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
