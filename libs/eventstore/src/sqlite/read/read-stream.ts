import { setImmediate as nextTurn } from 'node:timers/promises';
import { StreamWindow } from '../../adapter/stream-window.js';
import { decodeEvents } from '../../log/commit-text.js';
import type { ReadStreamOptions } from '../../log/event-store.js';
import type { RecordedEvent } from '../../log/event.js';
import type { StreamVersion } from '../../log/positions.js';
import { assertStreamName, type StreamName } from '../../log/stream-name.js';
import { fittingRows, TEXT_UNLESS_LARGE } from './fitting-rows.js';
import { headerIn, type HeaderRow } from '../connection/commit-row.js';
import type { SqliteLog } from '../connection/sqlite-log.js';

const COMMITS_PER_READ = 500;

interface TextRow extends Omit<HeaderRow, 'stream'> {
  readonly events: string;
}

export type Read = <T>(work: (log: SqliteLog) => T) => Promise<T>;

/** Reads a stream's next events at each call; none only at the end. What is wrong with the options is said by the first call. */
export function readEvents(
  stream: StreamName,
  options: ReadStreamOptions,
  read: Read,
): () => Promise<readonly RecordedEvent[]> {
  let reading: StreamReading | undefined;
  return async () => {
    if (reading) await nextTurn();
    const current = (reading ??= new StreamReading(stream, options));
    return current.done ? [] : read((log) => current.read(log));
  };
}

/** Where the reading of a stream stands. */
class StreamReading {
  readonly #stream: StreamName;
  readonly #window: StreamWindow;
  /** The bound of the next read: a commit's first version. `undefined`: nothing has been read. */
  #next: StreamVersion | undefined;
  #done = false;

  /** @throws InvalidArgumentError */
  constructor(stream: StreamName, options: ReadStreamOptions) {
    assertStreamName(stream);
    this.#stream = stream;
    this.#window = new StreamWindow(options);
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
    const wanted = this.#window.take(events);
    this.#done ||= this.#window.left === 0;
    return wanted;
  }

  #nextRows(log: SqliteLog, id: number): TextRow[] {
    const bound = this.#next ?? this.#firstBound(log, id);
    const most = Math.min(this.#window.left, COMMITS_PER_READ);
    const found = log.all<Omit<HeaderRow, 'stream'> & { events: string | null }>(
      this.#window.backward ? BACKWARD : FORWARD,
      id,
      bound,
      most,
    );
    const rows = fittingRows(log, found);
    const last = rows.at(-1);
    if (last) this.#next = this.#window.backward ? last.first_version - 1 : last.first_version + last.count;
    this.#done = found.length < most && rows.length === found.length;
    return rows;
  }

  /** Reading forward from the middle of a commit begins with that commit. */
  #firstBound(log: SqliteLog, id: number): StreamVersion {
    if (this.#window.backward || this.#window.from === 1) return this.#window.from;
    return (
      log.get<{ bound: number | null }>(COMMIT_OF_VERSION, id, this.#window.from)?.bound ?? this.#window.from
    );
  }

  #decode(row: TextRow, into: RecordedEvent[]): void {
    const events = decodeEvents(row.events, headerIn(this.#stream, row.position, row));
    if (this.#window.backward) events.reverse();
    for (const event of events) into.push(event);
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
