import { resolve } from 'node:path';
import type {
  Applied,
  AppliedVersion,
  Checkpoint,
  Lease,
  LeaseRow,
  LogId,
  ParkedSequence,
  Position,
  ProcessorId,
  SkippedCommits,
  StreamName,
  StreamVersion,
} from '@varve/eventstore';
import type {
  ProcessorRow,
  Projection,
  ProjectionVersion,
  ReadModels,
  ReadModelsSnapshot,
  SwitchOptions,
  SwitchResult,
  VersionId,
} from '../index.js';
import { InvalidProjectionOptionsError, UnknownProjectionError } from '../index.js';
import { appliedUpTo } from './applied/applied-up-to.js';
import { listApplied, loadApplied } from './applied/load-applied.js';
import { saveApplied } from './applied/save-applied.js';
import { ending } from './connection/handle.js';
import { IN_MEMORY, openForReading, openForWriting } from './connection/open-database.js';
import { ReadConnections, type ReadConnection } from './connection/read-connections.js';
import { ReadModelFile } from './connection/read-model-file.js';
import { readDatabaseId } from './connection/schema.js';
import type { StatementCache } from './connection/statement-cache.js';
import { WriteConnection } from './connection/write-connection.js';
import { endedByHandler } from './driver-errors.js';
import { findRequested } from './parking/find-requested.js';
import { listParked } from './parking/list-parked.js';
import { listSkipped } from './parking/list-skipped.js';
import { parkSequence } from './parking/park-sequence.js';
import { recordSkipped } from './parking/record-skipped.js';
import { requestParked } from './parking/request-parked.js';
import { unparkSequence } from './parking/unpark-sequence.js';
import { acquireLease } from './processors/acquire-lease.js';
import { ensureRow } from './processors/ensure-row.js';
import { loadCheckpoint } from './processors/load-checkpoint.js';
import { moveCheckpoint } from './processors/move-checkpoint.js';
import { readLease } from './processors/read-lease.js';
import { releaseLease } from './processors/release-lease.js';
import { renewLease } from './processors/renew-lease.js';
import { saveCheckpoint } from './processors/save-checkpoint.js';
import { setState } from './processors/set-state.js';
import { checkedOptions } from './options.js';
import { SqliteTransaction } from './sqlite-transaction.js';
import { createVersion } from './versions/create-version.js';
import { dropVersion } from './versions/drop-version.js';
import { listProcessors, listVersions } from './versions/list-versions.js';
import { openSnapshot } from './versions/open-snapshot.js';
import { queryLive } from './versions/query-live.js';
import type { SqliteQuery } from './versions/sqlite-query.js';
import { switchVersion } from './versions/switch-version.js';
import { prefixOf } from './versions/table-names.js';

/** What `SqliteReadModels.open` takes. Only `file` is needed. */
export interface SqliteReadModelsOptions {
  /** A path, or `:memory:`. One file for all projector instances of a group, apart from the log's. */
  readonly file: string;
  /** Whether a missing file is created. Default `true`. */
  readonly create?: boolean;
  /** How long to wait, in milliseconds, while another process writes. Default 5,000. */
  readonly busyTimeout?: number;
  /** The time of day, for what people read: when something was created or updated. */
  readonly clock?: () => Date;
}

/** Read models in a SQLite file: rows, checkpoints, leases, parked sequences and live versions, under one transaction. */
export class SqliteReadModels implements ReadModels<SqliteTransaction> {
  readonly databaseId: string;
  readonly location: string;

  private constructor(
    private readonly writer: WriteConnection,
    private readonly readers: ReadConnections | undefined,
    private readonly now: () => number,
  ) {
    this.location = writer.database.name;
    this.databaseId = readDatabaseId(writer.database);
  }

  /**
   * @throws ReadModelsIncompatibleError the file is a log, somebody else's, damaged, or written by a newer version of this library
   * @throws ReadModelsUnavailableError the file cannot be used
   */
  static async open(options: SqliteReadModelsOptions): Promise<SqliteReadModels> {
    const { file, create = true, busyTimeout = 5_000, clock = () => new Date() } = checkedOptions(options);
    // The same file has one name, wherever a process was started: the log remembers it.
    const location = file === IN_MEMORY ? file : resolve(file);
    const database = await openForWriting(location, { create, busyTimeout, now: clock().getTime() });
    const opened = file === IN_MEMORY ? undefined : new ReadModelFile(location);
    const now = () => performance.now();
    const writer = new WriteConnection(database, { file: opened, busyTimeout, now, sleep });
    const readers = opened && new ReadConnections(location, opened, () => openForReading(location));
    return new SqliteReadModels(writer, readers, () => clock().getTime());
  }

  /**
   * Reads the live version's rows, all of one moment: `readModels.query('orders', (q) => q.all('SELECT * FROM {orders}'))`. A handler reads
   * through its own transaction instead, which sees what it has just written.
   */
  query<T>(name: string, work: (query: SqliteQuery) => T | Promise<T>): Promise<T> {
    return this.reading((connection) => queryLive(connection.statements, name, work));
  }

  transaction<T>(processor: ProcessorId, work: (tx: SqliteTransaction) => T | Promise<T>): Promise<T> {
    const tx = new SqliteTransaction(processor, this.writer.statements.of(prefixOf(processor)));
    return this.writer.transaction(() => ending(tx, () => work(tx)));
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.readOwn((own) => loadCheckpoint(own, processor));
  }

  save(
    tx: SqliteTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): boolean {
    return saveCheckpoint(this.ownIn(tx), processor, { from, to }, this.now());
  }

  ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    return this.writeOwn((own) => ensureRow(own, { processor, logId, start }, this.now()));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.readOwn((own) => readLease(own, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.writeOwn((own) => acquireLease(own, processor, owner, seen));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.writeOwn((own) => renewLease(own, lease));
  }

  release(lease: Lease): Promise<void> {
    return this.writeOwn((own) => releaseLease(own, lease));
  }

  async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    const known = await this.writeOwn((own) => setState(own, processor, { state, reason }, this.now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  listParked(processor: ProcessorId, stream?: StreamName): Promise<readonly ParkedSequence[]> {
    return this.readOwn((own) => listParked(own, processor, stream));
  }

  findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined> {
    return this.readOwn((own) => findRequested(own, processor));
  }

  park(tx: SqliteTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    parkSequence(this.ownIn(tx), processor, parked);
  }

  unpark(tx: SqliteTransaction, processor: ProcessorId, stream: string): void {
    unparkSequence(this.ownIn(tx), processor, stream);
  }

  recordSkipped(tx: SqliteTransaction, processor: ProcessorId, skipped: SkippedCommits): void {
    recordSkipped(this.ownIn(tx), processor, skipped);
  }

  listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    return this.readOwn((own) => listSkipped(own, processor));
  }

  request(processor: ProcessorId, stream: string, what: 'retry' | 'discard'): Promise<boolean> {
    return this.writeOwn((own) => requestParked(own, processor, stream, what));
  }

  appliedUpTo(processor: ProcessorId): Promise<Position | undefined> {
    return this.readOwn((own) => appliedUpTo(own, processor));
  }

  loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    return this.readOwn((own) => loadApplied(own, processor, streams));
  }

  saveApplied(tx: SqliteTransaction, processor: ProcessorId, applied: Applied): void {
    saveApplied(this.ownIn(tx), processor, applied);
  }

  listApplied(
    processor: ProcessorId,
    options: { readonly after?: StreamName; readonly limit?: number } = {},
  ): Promise<readonly AppliedVersion[]> {
    return this.readOwn((own) => listApplied(own, processor, options));
  }

  createVersion(
    projection: Projection<SqliteTransaction>,
    logId: LogId,
    generation: 'first' | 'next',
  ): Promise<VersionId> {
    const { statements } = this.writer;
    return this.writer.transaction(() =>
      createVersion(statements, projection, { logId, generation, now: this.now() }),
    );
  }

  listVersions(name?: string): Promise<readonly ProjectionVersion[]> {
    return this.readOwn((own) => listVersions(own, name));
  }

  listProcessors(): Promise<readonly ProcessorRow[]> {
    return this.readOwn(listProcessors);
  }

  switchVersion(version: VersionId, options: SwitchOptions = {}): Promise<SwitchResult> {
    return this.writeOwn((own) => switchVersion(own, version, options, this.now()));
  }

  dropVersion(version: VersionId): Promise<void> {
    return this.writer.transaction(() => dropVersion(this.writer.statements, version));
  }

  async moveCheckpoint(processor: ProcessorId, to: Omit<Checkpoint, 'token'>): Promise<void> {
    const known = await this.writeOwn((own) => moveCheckpoint(own, processor, to, this.now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  openSnapshot(): Promise<ReadModelsSnapshot> {
    return openSnapshot((work) => this.reading(work));
  }

  /** Finishes what is in flight. Idempotent. */
  async close(): Promise<void> {
    this.readers?.close();
    await this.writer.close();
  }

  /** Varve's own tables, in the transaction that a handler is in. */
  private ownIn(tx: SqliteTransaction): StatementCache {
    if (tx.database !== this.writer.database) return this.refuse();
    if (!tx.database.inTransaction) throw endedByHandler(this.location);
    return this.writer.statements.of(undefined);
  }

  private refuse(): never {
    throw new InvalidProjectionOptionsError('tx', `This transaction is not one of ${this.location}.`);
  }

  private writeOwn<T>(work: (own: StatementCache) => T): Promise<T> {
    return this.writer.transaction(() => work(this.writer.statements.of(undefined)));
  }

  private readOwn<T>(work: (own: StatementCache) => T): Promise<T> {
    return this.reading(({ statements }) => work(statements.of(undefined)));
  }

  private reading<T>(work: (connection: ReadConnection) => T | Promise<T>): Promise<T> {
    return this.readers
      ? this.readers.transaction(work)
      : this.writer.readTransaction(() => work(this.writer));
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
