import type { StreamName } from '../../log/stream-name.js';
import type { SqliteLog } from './sqlite-log.js';

const MOST = 50_000;

/**
 * The names of the streams read last, by the ids of their rows: a name never changes, and looking it up here costs a tenth of a join. Only
 * what was read outside of a transaction is kept, since an id that is rolled back is given out again.
 */
export class StreamNames {
  readonly #names = new Map<number, StreamName>();

  of(log: SqliteLog, id: number): StreamName {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const { name } = log.get<{ name: StreamName }>('SELECT name FROM streams WHERE id = ?', id)!;
    if (log.database.inTransaction) return name;
    if (this.#names.size >= MOST) this.#names.clear();
    this.#names.set(id, name);
    return name;
  }
}
