import type { Database, Statement } from 'better-sqlite3';
import { RecentlyUsed } from '../../adapter/recently-used.js';
import { LogDivergedError, StoreClosedError } from '../../log/errors.js';
import type { LogId, Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { StreamHead } from '../append/stream-head.js';
import type { JournalRoom } from './journal-room.js';
import { divergedBy, type FileChange, type LogFiles } from './log-files.js';
import { StreamNames } from './stream-names.js';

/** The newest commit, as far as it takes to recognise it. */
export interface NewestCommit {
  readonly position: Position;
  readonly streamId: number;
  readonly firstVersion: StreamVersion;
  readonly at: number;
}

const EMPTY: NewestCommit = { position: 0, streamId: 0, firstVersion: 0, at: 0 };

/** What the table `log` says. */
export interface LogRow {
  readonly log_id: LogId;
  /** When it was sealed, in milliseconds since 1970; 0: it is not. */
  readonly sealed: number;
  readonly moved_to: string | null;
  /** The id that the copy had while it was filled, once the log was handed over to it. */
  readonly handed_to: string | null;
  /** The source, as JSON, of a log that is not whole yet. */
  readonly copied_from: string | null;
}

const UNKNOWN: LogRow = { log_id: '', sealed: 0, moved_to: null, handed_to: null, copied_from: null };

/** A connection, and what it knows of the log between two of its transactions. */
export class SqliteLog {
  /** Of the streams used last, with what the running transaction has added: unless it ends with COMMIT, all are forgotten. */
  readonly heads = new RecentlyUsed<StreamName, StreamHead>();
  readonly streamNames = new StreamNames();
  readonly #statements = new Map<string, Statement>();
  #open = true;
  #dataVersion: number | undefined;
  #row = UNKNOWN;
  #newest = EMPTY;
  #staged: NewestCommit | undefined;
  #stagedRow: LogRow | undefined;
  #rescued = false;

  constructor(
    readonly database: Database,
    readonly files: LogFiles,
    readonly journalRoom?: JournalRoom,
  ) {}

  get location(): string {
    return this.files.location;
  }

  get logId(): LogId {
    return this.#row.log_id;
  }

  /** With what the running transaction has staged. */
  get row(): LogRow {
    return this.#stagedRow ?? this.#row;
  }

  /** With what the running transaction has staged. */
  get newest(): NewestCommit {
    return this.#staged ?? this.#newest;
  }

  /** A prepared statement, made once per text. */
  statement(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  get<Row>(sql: string, ...parameters: readonly unknown[]): Row | undefined {
    return this.statement(sql).get(...parameters) as Row | undefined;
  }

  all<Row>(sql: string, ...parameters: readonly unknown[]): Row[] {
    return this.statement(sql).all(...parameters) as Row[];
  }

  /** The first column of each row. */
  column<Value>(sql: string, ...parameters: readonly unknown[]): Value[] {
    return this.statement(sql)
      .pluck()
      .all(...parameters) as Value[];
  }

  run(sql: string, ...parameters: readonly unknown[]): void {
    this.statement(sql).run(...parameters);
  }

  assertOpen(): void {
    if (!this.#open) throw new StoreClosedError();
  }

  /** @throws LogDivergedError when a file was deleted, replaced or cut off under the connection */
  assertSameFiles(): void {
    const change = this.files.whatHappened(() => this.#size());
    if (!change) return;
    const error = divergedBy(change, this.location, this.logId);
    this.#rescue(change);
    throw error;
  }

  /**
   * Notices what other connections have written; in a transaction, call it after BEGIN, or somebody may write in between.
   *
   * @throws LogDivergedError when this is not the log any more that it was
   */
  refresh(): void {
    const version = this.#number('PRAGMA data_version');
    if (version === this.#dataVersion) return;
    this.heads.clear();
    // All columns: older tables, as a read-only store may meet them, have fewer, and somebody else may add the rest at any time.
    const found = this.get<LogRow>('SELECT * FROM log WHERE id = 1');
    if (!found) throw divergedBy('replaced', this.location, this.logId);
    this.#assertSameLog(found.log_id);
    this.#row = { ...UNKNOWN, ...found };
    this.#newest = this.get<NewestCommit>(NEWEST) ?? EMPTY;
    this.#dataVersion = version;
  }

  stageNewest(commit: NewestCommit): void {
    this.#staged = commit;
  }

  stageRow(changes: Partial<LogRow>): void {
    this.#stagedRow = { ...this.row, ...changes };
  }

  /** After COMMIT. */
  keepStaged(): void {
    this.#newest = this.newest;
    this.#row = this.row;
    this.#dropStaged();
  }

  /** After anything but COMMIT: what was remembered may be what was rolled back. */
  forget(): void {
    this.heads.clear();
    this.#dropStaged();
    this.#dataVersion = undefined;
  }

  close(): void {
    this.#open = false;
    this.database.close();
  }

  #dropStaged(): void {
    this.#staged = undefined;
    this.#stagedRow = undefined;
  }

  /** A log that was restored in place, under the same file, has another commit where the newest stood, or none, or a new id. */
  #assertSameLog(logId: LogId): void {
    const known = this.#newest;
    const found = known.position === 0 ? known : this.get<NewestCommit>(COMMIT_AT, known.position);
    const same =
      found?.streamId === known.streamId &&
      found.firstVersion === known.firstVersion &&
      found.at === known.at &&
      (this.logId === '' || this.logId === logId);
    if (!same) throw new LogDivergedError(this.logId, restored(this.location, this.logId, known.position));
  }

  #size(): number {
    return this.#number('PRAGMA page_count') * this.#number('PRAGMA page_size');
  }

  #number(pragma: string): number {
    return this.statement(pragma).pluck().get() as number;
  }

  /**
   * This connection still holds a deleted "-wal", perhaps as the only one: what was acknowledged goes into the log's own file now, since
   * after a crash nobody would find it. Not if somebody has made a new "-wal" already: two journals must not be mixed.
   */
  #rescue(change: FileChange): void {
    if (change !== 'journal-deleted' || this.#rescued || this.database.readonly) return;
    this.#rescued = true;
    this.database.pragma('wal_checkpoint(FULL)');
  }
}

const NEWEST =
  'SELECT position, stream_id AS streamId, first_version AS firstVersion, at FROM commits ORDER BY position DESC LIMIT 1';
const COMMIT_AT =
  'SELECT position, stream_id AS streamId, first_version AS firstVersion, at FROM commits WHERE position = ?';

function restored(location: string, logId: LogId, position: Position): string {
  return (
    `The log ${location} is not the one any more that was opened as ${logId} and had come to position ${position}: it was restored or ` +
    'replaced. Nothing was written. Stop every process that uses it; if it was restored from a backup, run "varve log restored"; then start again.'
  );
}
