import { missingCommit, PayloadTexts, undecodable } from '../../adapter/payload-text.js';
import type { NewEvent } from '../../log/event.js';
import { assertStreamName } from '../../log/stream-name.js';
import type { CommitDocument } from '../connection/commit-document.js';
import { readPage, type Page } from './read-documents.js';
import type { ReadStream } from './read-stream.js';

const COMMITS_PER_READ = 1_000;
const FIELDS = { _id: 0, stream: 1, firstVersion: 1, lastVersion: 1, types: 1, events: 1 } as const;

type Payload = Pick<CommitDocument, 'stream' | 'firstVersion' | 'lastVersion' | 'types' | 'events'>;

/** The texts of a stream, without what an aggregate does not need of a recorded event. */
export class PayloadReading {
  readonly #of: ReadStream;
  readonly #texts: PayloadTexts;
  #last = 0;
  #done = false;

  /** @throws InvalidArgumentError */
  constructor(of: ReadStream) {
    assertStreamName(of.stream);
    this.#of = of;
    this.#texts = new PayloadTexts(of.stream);
  }

  /** The next events; none only at the end. */
  async read(): Promise<readonly NewEvent[]> {
    if (this.#done) return [];
    const { stream, learn } = this.#of;
    const { documents: found, isLast } = await this.#find();
    this.#done = isLast;
    const events: NewEvent[] = [];
    for (const document of found) {
      if (document.firstVersion !== this.#last + 1) throw missingCommit(stream, document.firstVersion);
      this.#last = document.lastVersion;
      const count = document.lastVersion - document.firstVersion + 1;
      if (this.#texts.addTo(events, document.events) !== count)
        throw undecodable(stream, `a text does not hold ${count} events`);
    }
    const last = found.at(-1);
    if (last) learn(last);
    return events;
  }

  #find(): Promise<Page<Payload>> {
    const { log, stream } = this.#of;
    const options = { projection: FIELDS, limit: COMMITS_PER_READ, batchSize: COMMITS_PER_READ + 1 };
    const query = { stream, firstVersion: { $gt: this.#last } };
    const cursor = log.commits.find<Payload>(query, { ...options, sort: { firstVersion: 1 } });
    return readPage(cursor, COMMITS_PER_READ);
  }
}
