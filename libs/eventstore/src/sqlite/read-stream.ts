import { decodeEvents } from '../log/commit-text.js';
import type { ReadStreamOptions } from '../log/event-store.js';
import type { RecordedEvent } from '../log/event.js';
import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';
import { wholeNumber } from '../log/check-options.js';
import { headerIn, type NumbersRow } from './commit-row.js';
import { fittingRows, TEXT_UNLESS_LARGE } from './fitting-rows.js';
import type { SqliteLog } from './sqlite-log.js';

const COMMITS_PER_READ = 500;

interface TextRow extends NumbersRow {
  readonly events: string;
}

/** Where the reading of a stream stands. */
export class StreamReading {
  readonly #stream: StreamName;
  readonly #backward: boolean;
  readonly #from: StreamVersion;
  #left: number;
  /** The bound of the next read: a commit's first version. `undefined`: nothing has been read. */
  #next: StreamVersion | undefined;
  #done = false;

  constructor(stream: StreamName, options: ReadStreamOptions) {
    const last = Number.MAX_SAFE_INTEGER;
    this.#stream = stream;
    this.#backward = options.direction === 'backward';
    this.#from = wholeNumber('from', options.from, { min: 1, fallback: this.#backward ? last : 1 });
    this.#left = wholeNumber('limit', options.limit, { min: 1, fallback: last });
  }

  get done(): boolean {
    return this.#done;
  }

  /** The next events; none only at the end. */
  read(log: SqliteLog): RecordedEvent[] {
    const id = streamId(log, this.#stream);
    if (id === undefined) {
      this.#done = true;
      return [];
    }
    const events: RecordedEvent[] = [];
    for (const row of this.#nextRows(log, id)) this.#decode(row, events);
    const wanted = this.#wanted(events);
    this.#left -= wanted.length;
    this.#done ||= this.#left === 0;
    return wanted;
  }

  #nextRows(log: SqliteLog, id: number): TextRow[] {
    const bound = this.#next ?? this.#firstBound(log, id);
    const most = Math.min(this.#left, COMMITS_PER_READ);
    const found = log.all<NumbersRow & { events: string | null }>(
      this.#backward ? BACKWARD : FORWARD,
      id,
      bound,
      most,
    );
    const rows = fittingRows(log, found);
    const last = rows.at(-1);
    if (last) this.#next = this.#backward ? last.first_version - 1 : last.first_version + last.count;
    this.#done = found.length < most && rows.length === found.length;
    return rows;
  }

  /** Reading forward from the middle of a commit begins with that commit. */
  #firstBound(log: SqliteLog, id: number): StreamVersion {
    if (this.#backward || this.#from === 1) return this.#from;
    return log.get<{ bound: number | null }>(COMMIT_OF_VERSION, id, this.#from)?.bound ?? this.#from;
  }

  #decode(row: TextRow, into: RecordedEvent[]): void {
    const events = decodeEvents(row.events, headerIn(this.#stream, row));
    if (this.#backward) events.reverse();
    for (const event of events) into.push(event);
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

function streamId(log: SqliteLog, stream: StreamName): number | undefined {
  return log.get<{ id: number }>('SELECT id FROM streams WHERE name = ?', stream)?.id;
}

const COLUMNS = `c.position, c.first_version, c.count, c.commit_id, c.at, ${TEXT_UNLESS_LARGE}`;
const FORWARD = `SELECT ${COLUMNS} FROM commits c WHERE c.stream_id = ? AND c.first_version >= ? ORDER BY c.first_version LIMIT ?`;
const BACKWARD = `SELECT ${COLUMNS} FROM commits c WHERE c.stream_id = ? AND c.first_version <= ? ORDER BY c.first_version DESC LIMIT ?`;
const COMMIT_OF_VERSION =
  'SELECT max(first_version) AS bound FROM commits WHERE stream_id = ? AND first_version <= ?';
