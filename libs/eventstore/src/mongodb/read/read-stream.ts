import { wholeNumber } from '../../log/check-options.js';
import { decodeEvents } from '../../log/commit-text.js';
import { EventUndecodableError } from '../../log/errors.js';
import type { ReadStreamOptions } from '../../log/event-store.js';
import type { RecordedEvent } from '../../log/event.js';
import type { StreamVersion } from '../../log/positions.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import { headerOf, type CommitDocument, type HeaderDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { readFitting } from './read-documents.js';

const COMMITS_PER_READ = 1_000;

/** Hears of each commit that was read: what a stream ends at need not be asked again by whoever appends to it. */
export type Learn = (document: Pick<HeaderDocument, 'stream' | 'lastVersion' | 'types'>) => void;

export interface ReadStream {
  readonly log: MongoLog;
  readonly stream: StreamName;
  readonly learn: Learn;
}

/** Where the reading of a stream stands. */
export class StreamReading {
  readonly #log: MongoLog;
  readonly #stream: StreamName;
  readonly #learn: Learn;
  readonly #backward: boolean;
  readonly #from: StreamVersion;
  #left: number;
  /** The commit that was read last. */
  #last: HeaderDocument | undefined;
  #done = false;

  /** @throws InvalidArgumentError */
  constructor({ log, stream, learn }: ReadStream, options: ReadStreamOptions) {
    assertStreamName(stream);
    const last = Number.MAX_SAFE_INTEGER;
    this.#log = log;
    this.#stream = stream;
    this.#learn = learn;
    this.#backward = options.direction === 'backward';
    this.#from = wholeNumber('from', options.from, { min: 1, fallback: this.#backward ? last : 1 });
    this.#left = wholeNumber('limit', options.limit, { min: 1, fallback: last });
  }

  /** The next events; none only at the end. */
  async read(): Promise<RecordedEvent[]> {
    if (this.#done) return [];
    const documents = await this.#next();
    const events: RecordedEvent[] = [];
    for (const document of documents) this.#decode(document, events);
    const wanted = this.#wanted(events);
    this.#left -= wanted.length;
    this.#done ||= this.#left === 0;
    return wanted;
  }

  async #next(): Promise<readonly CommitDocument[]> {
    const most = Math.min(this.#left, COMMITS_PER_READ);
    const first = this.#last === undefined;
    const [before, found] = await Promise.all([first ? this.#commitBelow() : undefined, this.#find(most)]);
    this.#done = found.length === 0;
    // Reading forward from the middle of a commit begins with that commit.
    return before && before.lastVersion >= this.#from ? [before, ...found] : found;
  }

  #find(most: number): Promise<CommitDocument[]> {
    const last = this.#last;
    const bound = this.#backward
      ? { $lte: last ? last.firstVersion - 1 : this.#from }
      : { $gte: last ? last.lastVersion + 1 : this.#from };
    const sort = { firstVersion: this.#backward ? -1 : 1 } as const;
    const cursor = this.#log.commits.find<CommitDocument>(
      { stream: this.#stream, firstVersion: bound },
      { sort, limit: most, batchSize: most + 1 },
    );
    return readFitting(cursor);
  }

  async #commitBelow(): Promise<CommitDocument | undefined> {
    if (this.#backward || this.#from === 1) return undefined;
    const query = { stream: this.#stream, firstVersion: { $lt: this.#from } };
    const found = await this.#log.commits.findOne<CommitDocument>(query, { sort: { firstVersion: -1 } });
    return found ?? undefined;
  }

  #decode(document: CommitDocument, into: RecordedEvent[]): void {
    this.#assertContinuous(document);
    this.#learn(document);
    this.#last = document;
    const events = decodeEvents(document.events, headerOf(document));
    if (this.#backward) events.reverse();
    for (const event of events) into.push(event);
  }

  #assertContinuous({ firstVersion, lastVersion }: CommitDocument): void {
    const last = this.#last;
    if (
      !last ||
      (this.#backward ? lastVersion + 1 === last.firstVersion : firstVersion === last.lastVersion + 1)
    )
      return;
    const before = this.#backward ? last.firstVersion : firstVersion;
    throw missingCommit(this.#stream, before);
  }

  #wanted(events: RecordedEvent[]): RecordedEvent[] {
    const [first] = events;
    const misses = first && (this.#backward ? first.version > this.#from : first.version < this.#from);
    const skipped = misses ? Math.abs(first.version - this.#from) : 0;
    return skipped === 0 && events.length <= this.#left
      ? events
      : events.slice(skipped, skipped + this.#left);
  }
}

export function missingCommit(stream: StreamName, version: StreamVersion): EventUndecodableError {
  return new EventUndecodableError(
    '(commit)',
    `stream "${stream}"`,
    `a commit before version ${version} is missing; run "varve doctor"`,
  );
}
