import { missingCommit } from '../../adapter/payload-text.js';
import { StreamWindow } from '../../adapter/stream-window.js';
import { decodeEvents } from '../../log/commit-text.js';
import type { ReadStreamOptions } from '../../log/event-store.js';
import type { RecordedEvent } from '../../log/event.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import { headerOf, type CommitDocument, type HeaderDocument } from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { readPage, type Page } from './read-documents.js';

const COMMITS_PER_READ = 1_000;

/** Hears of each commit that was read: what a stream ends at need not be asked again by whoever appends to it. */
export type Learn = (document: Pick<HeaderDocument, 'stream' | 'lastVersion' | 'types'>) => void;

export interface ReadStream {
  readonly log: MongoLog;
  readonly stream: StreamName;
  readonly learn: Learn;
}

/** Reads a stream's next events at each call; none only at the end. What is wrong with the options is said by the first call. */
export function readEvents(
  of: ReadStream,
  options: ReadStreamOptions,
  read: (work: () => Promise<readonly RecordedEvent[]>) => Promise<readonly RecordedEvent[]>,
): () => Promise<readonly RecordedEvent[]> {
  let reading: StreamReading | undefined;
  return async () => {
    const current = (reading ??= new StreamReading(of, options));
    return read(() => current.read());
  };
}

/** Where the reading of a stream stands. */
class StreamReading {
  readonly #log: MongoLog;
  readonly #stream: StreamName;
  readonly #learn: Learn;
  readonly #window: StreamWindow;
  /** The commit that was read last. */
  #last: HeaderDocument | undefined;
  #done = false;

  /** @throws InvalidArgumentError */
  constructor({ log, stream, learn }: ReadStream, options: ReadStreamOptions) {
    assertStreamName(stream);
    this.#log = log;
    this.#stream = stream;
    this.#learn = learn;
    this.#window = new StreamWindow(options);
  }

  /** The next events; none only at the end. */
  async read(): Promise<RecordedEvent[]> {
    if (this.#done) return [];
    const documents = await this.#next();
    const events: RecordedEvent[] = [];
    for (const document of documents) this.#decode(document, events);
    const wanted = this.#window.take(events);
    this.#done ||= this.#window.left === 0;
    return wanted;
  }

  async #next(): Promise<readonly CommitDocument[]> {
    const most = Math.min(this.#window.left, COMMITS_PER_READ);
    const first = this.#last === undefined;
    const [before, { documents: found, isLast }] = await Promise.all([
      first ? this.#commitBelow() : undefined,
      this.#find(most),
    ]);
    this.#done = isLast;
    // Reading forward from the middle of a commit begins with that commit.
    return before && before.lastVersion >= this.#window.from ? [before, ...found] : found;
  }

  #find(most: number): Promise<Page<CommitDocument>> {
    const last = this.#last;
    const bound = this.#window.backward
      ? { $lte: last ? last.firstVersion - 1 : this.#window.from }
      : { $gte: last ? last.lastVersion + 1 : this.#window.from };
    const sort = { firstVersion: this.#window.backward ? -1 : 1 } as const;
    const cursor = this.#log.commits.find<CommitDocument>(
      { stream: this.#stream, firstVersion: bound },
      { sort, limit: most, batchSize: most + 1 },
    );
    return readPage(cursor, most);
  }

  async #commitBelow(): Promise<CommitDocument | undefined> {
    if (this.#window.backward || this.#window.from === 1) return undefined;
    const query = { stream: this.#stream, firstVersion: { $lt: this.#window.from } };
    const found = await this.#log.commits.findOne<CommitDocument>(query, { sort: { firstVersion: -1 } });
    return found ?? undefined;
  }

  #decode(document: CommitDocument, into: RecordedEvent[]): void {
    this.#assertContinuous(document);
    this.#learn(document);
    this.#last = document;
    const events = decodeEvents(document.events, headerOf(document));
    if (this.#window.backward) events.reverse();
    for (const event of events) into.push(event);
  }

  #assertContinuous({ firstVersion, lastVersion }: CommitDocument): void {
    const last = this.#last;
    if (
      !last ||
      (this.#window.backward ? lastVersion + 1 === last.firstVersion : firstVersion === last.lastVersion + 1)
    )
      return;
    const before = this.#window.backward ? last.firstVersion : firstVersion;
    throw missingCommit(this.#stream, before);
  }
}
