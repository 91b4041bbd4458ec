import type { CreateIndexesOptions, Document, IndexSpecification } from 'mongodb';
import { InvalidProjectionOptionsError } from '../../index.js';
import type { Change } from './rows/changes.js';
import type { RowId } from './rows/row-id.js';

/** The type of a row's `_id`: text or a number. */
export type RowIdOf<Row> = Row extends { readonly _id: infer Id extends RowId } ? Id : RowId;

/** What an event has to say for a row to know whether it has seen it. */
export interface PositionedEvent {
  readonly stream: string;
  readonly position?: number;
}

export interface CollectionParts {
  readonly name: string;
  /** Nothing in `setup`, where there are no events. */
  readonly add?: (id: RowId, change: Change) => void;
  /** In `setup` only. */
  readonly createIndex?: (keys: IndexSpecification, options: CreateIndexesOptions) => Promise<void>;
}

/**
 * A collection whose rows are changed one by one. What needs several rows at once is not there: a query in a handler, an update of all rows
 * that match, a value that is unique among them.
 */
export class WatermarkCollection<Row extends Document = Document> {
  readonly #parts: CollectionParts;

  /** Made by `WatermarkTransaction`. */
  constructor(parts: CollectionParts) {
    this.#parts = parts;
  }

  /**
   * Says what an event makes of a row: the row as it was (nothing, if there is none) → as it is; `undefined` deletes it. The function is called
   * later, perhaps several times, and never for an event that the row has seen: it is synchronous, and looks at nothing but what it is given.
   *
   * An id is well-formed text of up to 1,024 bytes, or a finite number. A row is a plain object of `null`, booleans, finite numbers, well-formed
   * text, valid dates, arrays and plain objects, up to 100 levels deep and 16 MB large; no name in it begins with `$`. That comes back as it was;
   * a field that is `undefined` is left out, and -0 is 0. Everything else (BigInt, Map, Buffer, ObjectId, Long, NaN …) is refused with `invalid-row` and its
   * path, before anything of the commit is written.
   *
   * @throws InvalidRowError an id that is neither
   * @throws InvalidProjectionOptionsError an event without a position: it did not come from the log
   */
  evolve<Event extends PositionedEvent>(
    id: RowIdOf<Row>,
    event: Event,
    evolve: (row: Row | undefined, event: Event) => Row | undefined,
  ): void {
    const { name, add } = this.#parts;
    const { stream, position } = event;
    if (!add)
      throw invalid(
        'setup',
        `The setup changes a row of "${name}": rows come from events only. Take it out.`,
      );
    if (position === undefined) {
      throw invalid(
        'evolve',
        `An event of stream "${stream}" has no position, so the rows of "${name}" cannot tell whether they have seen it. In watermark mode ` +
          'projections follow the log.',
      );
    }
    add(id, { stream, position, evolve: (row) => evolve(row as Row | undefined, event) });
  }

  /**
   * In `setup`.
   *
   * @throws InvalidProjectionOptionsError a unique index: rows that are written one by one, in any order, break it without being wrong
   */
  createIndex(keys: IndexSpecification, options: CreateIndexesOptions = {}): Promise<void> {
    const { name, createIndex } = this.#parts;
    if (!createIndex) {
      throw invalid(
        'tx',
        `"createIndex" of collection "${name}" cannot be used in a handler. Make indexes in \`setup\`.`,
      );
    }
    if (options.unique) {
      throw invalid(
        'unique',
        `A unique index of collection "${name}" cannot be kept in watermark mode, where the rows of a commit are written one by one. Leave out ` +
          '"unique", and keep values unique where they are decided: see the guide "Unique values".',
      );
    }
    return createIndex(keys, options);
  }
}

function invalid(option: string, message: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError(option, message);
}
