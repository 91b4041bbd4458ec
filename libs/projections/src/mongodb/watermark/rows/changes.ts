import { InvalidProjectionOptionsError, InvalidRowError, TransactionEndedError } from '../../../index.js';
import { shownId, whyNoRowId, type RowId } from './row-id.js';

/** What one event does to one row. */
export interface Change {
  readonly position: number;
  readonly stream: string;
  readonly evolve: (row: object | undefined) => unknown;
}

export interface RowChanges {
  readonly id: RowId;
  /** In the order of the log. */
  readonly changes: Change[];
}

/** The changes of a step, row by row; nothing of them is written before the step's handler is done. */
export class Changes {
  readonly #collections = new Map<string, Map<RowId, RowChanges>>();
  #first = Infinity;
  #last = 0;
  #ended = false;

  constructor(private readonly processor: string) {}

  get isEmpty(): boolean {
    return this.#collections.size === 0;
  }

  /** By the physical name of the collection. */
  get collections(): readonly (readonly [physicalName: string, rows: readonly RowChanges[]])[] {
    return [...this.#collections].map(([name, rows]) => [name, [...rows.values()]]);
  }

  /** @throws InvalidRowError for an id that does not tell one row from all others */
  add(physicalName: string, id: RowId, change: Change): void {
    if (this.#ended) throw new TransactionEndedError(this.processor);
    const problem = whyNoRowId(id);
    if (problem !== undefined) {
      const row = { collection: physicalName, id, shownId: shownId(id), path: '_id' };
      throw new InvalidRowError(this.processor, row, problem);
    }
    const rows = this.#collections.get(physicalName) ?? new Map<RowId, RowChanges>();
    this.#collections.set(physicalName, rows);
    const row = rows.get(id) ?? { id, changes: [] };
    rows.set(id, row);
    const last = row.changes.at(-1)?.position ?? 0;
    if (change.position < last) {
      throw invalid(
        `by an event of position ${change.position} after one of ${last}. Take events in their order`,
      );
    }
    row.changes.push(change);
    this.#first = Math.min(this.#first, change.position);
    this.#last = Math.max(this.#last, change.position);
  }

  /** Later changes are refused. */
  end(): void {
    this.#ended = true;
  }

  /** A row that knew of an event outside of the step would pass over others. @throws InvalidProjectionOptionsError */
  assertWithin(after: number, upTo: number): void {
    if (this.isEmpty || (this.#first > after && this.#last <= upTo)) return;
    const position = this.#first > after ? this.#last : this.#first;
    throw invalid(
      `by an event of position ${position}, and positions ${after + 1} to ${upTo} are being applied. Pass the event that the handler was given`,
    );
  }
}

function invalid(problem: string): InvalidProjectionOptionsError {
  return new InvalidProjectionOptionsError('evolve', `A row is changed ${problem}.`);
}
