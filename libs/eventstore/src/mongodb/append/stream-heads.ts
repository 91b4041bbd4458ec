import { RecentlyUsed } from '../../adapter/recently-used.js';
import type { StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import { closesStream, type HeaderDocument } from '../connection/commit-document.js';

/** That a commit of the stream ends at `version`: true for ever, though others may have come after it. */
export interface StreamHead {
  readonly version: StreamVersion;
  readonly closed: boolean;
}

/** Where the streams stood that were used last. Only what a majority has is kept. A stale head costs a round trip: the index (stream, firstVersion) decides. */
export class StreamHeads {
  readonly #heads = new RecentlyUsed<StreamName, StreamHead>();

  get(stream: StreamName): StreamHead | undefined {
    return this.#heads.get(stream);
  }

  learn(document: Pick<HeaderDocument, 'stream' | 'lastVersion' | 'types'>): void {
    const { stream, lastVersion: version } = document;
    const known = this.get(stream);
    if (known && known.version >= version) return;
    this.#heads.set(stream, { version, closed: closesStream(document) });
  }

  forget(): void {
    this.#heads.clear();
  }
}
