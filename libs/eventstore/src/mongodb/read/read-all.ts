import type { FindCursor } from 'mongodb';
import { LogNotDenseError } from '../../log/errors.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import {
  commitOf,
  withoutSeal,
  type CommitDocument,
  type HeaderDocument,
} from '../connection/commit-document.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { readFitting } from './read-documents.js';

/** Below this share of matching commits it is cheaper to look at the headers first and fetch the events of those that match. */
const FEW = 1 / 4;
const MANY = 1 / 2;

/**
 * Walks the log in batches. Every batch, filtered or not, is one walk over the ids without a filter at the server, so that a missing
 * position is seen: what the server has filtered out and what it has lost would look the same.
 */
export class LogReading {
  readonly #log: MongoLog;
  readonly #size: number;
  readonly #wants: ((commit: HeaderDocument) => boolean) | undefined;
  #headersFirst = false;

  constructor(log: MongoLog, size: number, options: ReadAllOptions) {
    this.#log = log;
    this.#size = size;
    this.#wants = filterOf(options);
  }

  /** The batch after a position; `undefined` at the head. @throws LogNotDenseError when a position is missing */
  async read(after: Position): Promise<LogBatch | undefined> {
    return this.#headersFirst ? this.#readHeadersFirst(after) : this.#readWhole(after);
  }

  async #readWhole(after: Position): Promise<LogBatch | undefined> {
    const found = withoutSeal(await readFitting(this.#walk(after)));
    if (found.length === 0) return undefined;
    this.assertDense(found, after);
    const wanted = this.#wants ? found.filter(this.#wants) : found;
    this.#headersFirst = this.#wants !== undefined && wanted.length < found.length * FEW;
    return { commits: wanted.map(commitOf), upTo: after + found.length };
  }

  async #readHeadersFirst(after: Position): Promise<LogBatch | undefined> {
    const walk = this.#walk(after).project<HeaderDocument>({ stream: 1, category: 1, types: 1 });
    const headers = withoutSeal(await readFitting(walk));
    if (headers.length === 0) return undefined;
    this.assertDense(headers, after);
    const wanted = headers.filter(this.#wants!);
    this.#headersFirst = wanted.length < headers.length * MANY;
    if (wanted.length === 0) return { commits: [], upTo: after + headers.length };
    return this.#fetch(wanted, after + headers.length);
  }

  /** From the primary: a secondary may be behind the one that has told the headers. */
  async #fetch(wanted: readonly HeaderDocument[], end: Position): Promise<LogBatch> {
    const positions = wanted.map(({ _id }) => _id);
    const query = { _id: { $in: positions } };
    const cursor = this.#log.commits.find<CommitDocument>(query, {
      sort: { _id: 1 },
      batchSize: positions.length + 1,
    });
    const found = await readFitting(cursor);
    const missing = found.findIndex(({ _id }, i) => _id !== positions[i]);
    if (missing !== -1 || found.length === 0)
      throw new LogNotDenseError((positions[Math.max(0, missing)] ?? 1) - 1, end);
    const upTo = found.length < positions.length ? found.at(-1)!._id : end;
    return { commits: found.map(commitOf), upTo };
  }

  #walk(after: Position): FindCursor<CommitDocument> {
    const range = { _id: { $gt: after } };
    // One more than the limit, and the server sends all of it in one reply and closes the cursor.
    return this.#log.tail.find<CommitDocument>(range, {
      sort: { _id: 1 },
      limit: this.#size,
      batchSize: this.#size + 1,
    });
  }

  /** A writer puts p into the log only after p - 1, and both are read as a majority has them: a jump is damage, never "not yet". */
  protected assertDense(found: readonly { readonly _id: unknown }[], after: Position): void {
    if (found.at(-1)?._id === after + found.length) return;
    const jump = found.findIndex(({ _id }, i) => _id !== after + i + 1);
    throw new LogNotDenseError(after + jump, Number(found[jump]?._id));
  }
}

function filterOf({ categories, types }: ReadAllOptions): ((commit: HeaderDocument) => boolean) | undefined {
  if (!categories && !types) return undefined;
  const wantedCategories = categories && new Set(categories);
  const wantedTypes = types && new Set(types);
  return (commit) =>
    (!wantedCategories || wantedCategories.has(commit.category)) &&
    (!wantedTypes || commit.types.some((type) => wantedTypes.has(type)));
}
