import { decodeEvents } from '../log/commit-text.js';
import type { ReadStreamOptions } from '../log/event-store.js';
import type { RecordedEvent } from '../log/event.js';
import type { StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';
import { wholeNumber } from './check-options.js';
import { headerOf, type CommitRow } from './commit-row.js';
import { fittingCommits } from './fitting-commits.js';
import type { SqliteLog } from './sqlite-log.js';

/** Most streams are short: the first read takes what they have without measuring it. */
const FIRST_READ = 8;
const LATER_READS = 500;

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
    const rows = id === undefined ? [] : this.#nextRows(log, id);
    const events = this.#wanted(rows.flatMap((row) => this.#eventsOf(row)));
    this.#left -= events.length;
    this.#done ||= rows.length === 0 || this.#left === 0;
    return events;
  }

  #nextRows(log: SqliteLog, id: number): CommitRow[] {
    const first = this.#next === undefined;
    const bound = this.#next ?? this.#firstBound(log, id);
    const source = this.#backward ? BACKWARD : FORWARD;
    const most = Math.min(this.#left, first ? FIRST_READ : LATER_READS);
    const limit = first ? most : fittingCommits(log, source, [id, bound], most).commits;
    const rows = log.all<CommitRow>(`SELECT ${COLUMNS} ${source} LIMIT ?`, id, bound, limit);
    const last = rows.at(-1);
    if (last) this.#next = this.#backward ? last.first_version - 1 : last.first_version + last.count;
    this.#done = first && rows.length < most;
    return rows;
  }

  /** Reading forward from the middle of a commit begins with that commit. */
  #firstBound(log: SqliteLog, id: number): StreamVersion {
    if (this.#backward || this.#from === 1) return this.#from;
    return log.get<{ bound: number | null }>(COMMIT_OF_VERSION, id, this.#from)?.bound ?? this.#from;
  }

  #eventsOf(row: CommitRow): RecordedEvent[] {
    const events = decodeEvents(row.events, headerOf({ ...row, stream: this.#stream }));
    return this.#backward ? events.reverse() : events;
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

const COLUMNS = 'position, first_version, count, commit_id, at, events';
const FORWARD = 'FROM commits WHERE stream_id = ? AND first_version >= ? ORDER BY first_version';
const BACKWARD = 'FROM commits WHERE stream_id = ? AND first_version <= ? ORDER BY first_version DESC';
const COMMIT_OF_VERSION =
  'SELECT max(first_version) AS bound FROM commits WHERE stream_id = ? AND first_version <= ?';
