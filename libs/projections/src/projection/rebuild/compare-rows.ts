import type { ReadModelRow } from '../read-models.js';

/** A row that the two sides do not have alike, with what each of them has. */
export interface RowDifference {
  /** `missing` from the rebuilt rows, `unexpected` in them, or `different`. */
  readonly kind: 'missing' | 'unexpected' | 'different';
  readonly table: string;
  readonly key: string;
  readonly live?: ReadModelRow['row'];
  readonly rebuilt?: ReadModelRow['row'];
}

/** What a comparison of rebuilt rows with the live ones has found. */
export interface RowComparison {
  /** Rows looked at on the live side. */
  readonly rows: number;
  readonly differing: number;
  /** The first of them. */
  readonly differences: readonly RowDifference[];
}

type Side = 'live' | 'rebuilt';
type Rows = AsyncIterable<ReadModelRow>;

const MOST_DIFFERENCES = 100;

/** Reads both sides in step. What has no counterpart yet waits, so that memory grows with the differences and not with the rows. */
export async function compareRows(live: Rows, rebuilt: Rows): Promise<RowComparison> {
  const comparison = new Comparison();
  const sides = [
    { side: 'live', rows: live[Symbol.asyncIterator](), numbers: new Numbers(), done: false },
    { side: 'rebuilt', rows: rebuilt[Symbol.asyncIterator](), numbers: new Numbers(), done: false },
  ] as const satisfies { side: Side; rows: AsyncIterator<ReadModelRow>; numbers: Numbers; done: boolean }[];
  const left = new Set(sides);
  while (left.size > 0) {
    for (const each of left) {
      const next = await each.rows.next();
      if (next.done) left.delete(each);
      else comparison.see(each.side, next.value, each.numbers.of(next.value));
    }
  }
  return comparison.result();
}

/** Tells equal rows of a table without a primary key apart: sorted, they follow each other. */
class Numbers {
  #last = '';
  #number = 0;

  of({ table, key }: ReadModelRow): string {
    const id = `${table}\n${key}`;
    this.#number = id === this.#last ? this.#number + 1 : 0;
    this.#last = id;
    return `${this.#number}\n${id}`;
  }
}

class Comparison {
  readonly #waiting: Record<Side, Map<string, ReadModelRow>> = { live: new Map(), rebuilt: new Map() };
  readonly #differences: RowDifference[] = [];
  #differing = 0;
  #rows = 0;

  see(side: Side, row: ReadModelRow, id: string): void {
    if (side === 'live') this.#rows += 1;
    const others = this.#waiting[side === 'live' ? 'rebuilt' : 'live'];
    const other = others.get(id);
    if (!other) {
      this.#waiting[side].set(id, row);
      return;
    }
    others.delete(id);
    const [live, rebuilt] = side === 'live' ? [row, other] : [other, row];
    if (!sameRow(live.row, rebuilt.row))
      this.#differ('different', row, { live: live.row, rebuilt: rebuilt.row });
  }

  result(): RowComparison {
    for (const row of this.#waiting.live.values()) this.#differ('missing', row, { live: row.row });
    for (const row of this.#waiting.rebuilt.values()) this.#differ('unexpected', row, { rebuilt: row.row });
    return { rows: this.#rows, differing: this.#differing, differences: this.#differences };
  }

  #differ(
    kind: RowDifference['kind'],
    { table, key }: ReadModelRow,
    sides: Pick<RowDifference, 'live' | 'rebuilt'>,
  ): void {
    this.#differing += 1;
    if (this.#differences.length < MOST_DIFFERENCES) this.#differences.push({ kind, table, key, ...sides });
  }
}

function sameRow(a: ReadModelRow['row'], b: ReadModelRow['row']): boolean {
  const columns = Object.keys(a);
  if (columns.length !== Object.keys(b).length) return false;
  return columns.every((column) => column in b && sameValue(a[column], b[column]));
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  const areStructures = a instanceof Object && b instanceof Object;
  return areStructures && JSON.stringify(a) === JSON.stringify(b);
}
