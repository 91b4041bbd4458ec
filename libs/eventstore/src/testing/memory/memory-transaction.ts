/** Rows as JSON text, by key. */
export type MemoryRows = Map<string, string>;

/** A draft over the rows: what it changes is seen by nobody until `applyTo`, and never if that is not called. */
export class MemoryTransaction {
  readonly #rows: MemoryRows;
  readonly #changes = new Map<string, string | undefined>();
  #open = true;

  constructor(rows: MemoryRows) {
    this.#rows = rows;
  }

  get<T>(key: string): T | undefined {
    this.#assertOpen();
    const text = this.#changes.has(key) ? this.#changes.get(key) : this.#rows.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  set(key: string, value: unknown): void {
    this.#assertOpen();
    this.#changes.set(key, JSON.stringify(value));
  }

  delete(key: string): void {
    this.#assertOpen();
    this.#changes.set(key, undefined);
  }

  /** The keys that begin with `prefix`, in the order in which they were first written. */
  keys(prefix = ''): string[] {
    this.#assertOpen();
    const known = new Set([...this.#rows.keys(), ...this.#changes.keys()]);
    return [...known].filter((key) => key.startsWith(prefix) && this.get(key) !== undefined);
  }

  /** Makes the changes visible, and ends the transaction. */
  applyTo(rows: MemoryRows): void {
    this.end();
    for (const [key, text] of this.#changes) {
      if (text === undefined) rows.delete(key);
      else rows.set(key, text);
    }
  }

  /** Whoever still holds the handle, because an `await` was forgotten, gets an error and not a lost write. */
  end(): void {
    this.#assertOpen();
    this.#open = false;
  }

  #assertOpen(): void {
    if (!this.#open) throw new Error('The transaction is over: something was not awaited inside it.');
  }
}
