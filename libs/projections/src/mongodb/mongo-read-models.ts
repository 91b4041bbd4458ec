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
import { InvalidProjectionOptionsError, SetupFailedError, UnknownProjectionError } from '../index.js';
import { appliedUpTo, listApplied, loadApplied } from './applied/load-applied.js';
import { saveApplied } from './applied/save-applied.js';
import { connect, type Connection } from './connection/connect.js';
import { assertSameDatabase } from './connection/identity.js';
import type { Own } from './connection/own-collections.js';
import { OwnWork } from './connection/own-work.js';
import { Use } from './connection/use.js';
import { translated } from './errors.js';
import { withDefaults, type ConnectOptions, type MongoReadModelsOptions } from './options.js';
import { listParked } from './parking/list-parked.js';
import { listSkipped } from './parking/list-skipped.js';
import { parkSequence } from './parking/park-sequence.js';
import { recordSkipped } from './parking/record-skipped.js';
import { requestParked } from './parking/request-parked.js';
import { unparkSequence } from './parking/unpark-sequence.js';
import { acquireLease } from './processors/acquire-lease.js';
import { ensureRow } from './processors/ensure-row.js';
import { listProcessors } from './processors/list-processors.js';
import { loadCheckpoint } from './processors/load-checkpoint.js';
import { moveCheckpoint } from './processors/move-checkpoint.js';
import { readLease } from './processors/read-lease.js';
import { releaseLease } from './processors/release-lease.js';
import { renewLease } from './processors/renew-lease.js';
import { saveCheckpoint } from './processors/save-checkpoint.js';
import { setState } from './processors/set-state.js';
import { MongoTransaction } from './transaction/mongo-transaction.js';
import type { OpenTransaction } from './transaction/open-transaction.js';
import { clearDropped } from './versions/clear-dropped.js';
import { createVersion } from './versions/create-version.js';
import { dropVersion } from './versions/drop-version.js';
import { giveUpVersion } from './versions/give-up-version.js';
import { listVersions } from './versions/list-versions.js';
import type { MongoQuery } from './versions/mongo-query.js';
import { prefixOf } from './versions/names.js';
import { openSnapshot } from './versions/open-snapshot.js';
import { queryLive } from './versions/query-live.js';
import { switchVersion } from './versions/switch-version.js';

/** Read models in a MongoDB database: rows, checkpoints, leases, parked sequences and live versions, under one transaction. */
export class MongoReadModels implements ReadModels<MongoTransaction> {
  readonly databaseId: string;
  readonly location: string;
  readonly #connection: Connection;
  readonly #options: ConnectOptions;
  readonly #use: Use;
  readonly #own: OwnWork;
  readonly #open = new WeakMap<MongoTransaction, OpenTransaction>();

  private constructor(connection: Connection, options: ConnectOptions) {
    const { location, identity, disconnect } = connection;
    this.location = location;
    this.databaseId = identity.databaseId;
    this.#connection = connection;
    this.#options = options;
    this.#use = new Use(location, disconnect);
    this.#own = new OwnWork(connection, this.#use);
  }

  /**
   * @throws InvalidProjectionOptionsError also for a server that has no transactions
   * @throws ReadModelsIncompatibleError, ReadModelsUnavailableError
   */
  static async connect(options: MongoReadModelsOptions): Promise<MongoReadModels> {
    const complete = withDefaults(options);
    return new MongoReadModels(await connect(complete), complete);
  }

  /**
   * Reads the live version's rows, all of one moment: `readModels.query('orders', (q) => q.collection('orders').findOne({ _id }))`. `work` may
   * be run again when the version was dropped meanwhile. A handler reads through its own transaction instead, which sees what it has just
   * written.
   */
  query<T>(name: string, work: (query: MongoQuery) => T | Promise<T>): Promise<T> {
    const { commandTimeout } = this.#options;
    return this.#use.run(() => queryLive(this.#connection, name, { commandTimeout, work }));
  }

  transaction<T>(processor: ProcessorId, work: (tx: MongoTransaction) => T | Promise<T>): Promise<T> {
    const { own, transactions } = this.#connection;
    const { commandTimeout } = this.#options;
    const prefix = prefixOf(own.prefix, processor);
    return this.#use.run(() =>
      transactions.run(processor, (open) => {
        const tx = new MongoTransaction({ database: own.database, open, prefix, commandTimeout });
        this.#open.set(tx, open);
        return work(tx);
      }),
    );
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.#own.plainly((own) => loadCheckpoint(own, processor));
  }

  save(
    tx: MongoTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): Promise<boolean> {
    return this.#in(tx, (own) => saveCheckpoint(own, processor, { from, to }, this.#now()));
  }

  async ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    const { identity } = this.#connection;
    await this.#own.plainly((own) => assertSameDatabase(own, identity, this.location));
    await this.#own.together(processor, (own) => ensureRow(own, { processor, logId, start }, this.#now()));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.#own.plainly((own) => readLease(own, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.#own.together(processor, (own) => acquireLease(own, processor, { owner, seen }));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.#own.plainly((own) => renewLease(own, lease));
  }

  release(lease: Lease): Promise<void> {
    return this.#own.plainly((own) => releaseLease(own, lease));
  }

  async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    const to = { state, reason };
    const known = await this.#own.plainly((own) => setState(own, processor, to, this.#now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  listParked(processor: ProcessorId): Promise<readonly ParkedSequence[]> {
    return this.#own.plainly((own) => listParked(own, processor));
  }

  park(tx: MongoTransaction, processor: ProcessorId, parked: ParkedSequence): Promise<void> {
    return this.#in(tx, (own) => parkSequence(own, processor, parked));
  }

  unpark(tx: MongoTransaction, processor: ProcessorId, stream: StreamName): Promise<void> {
    return this.#in(tx, (own) => unparkSequence(own, processor, stream));
  }

  recordSkipped(tx: MongoTransaction, processor: ProcessorId, skipped: SkippedCommits): Promise<void> {
    return this.#in(tx, (own) => recordSkipped(own, processor, skipped));
  }

  listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    return this.#own.plainly((own) => listSkipped(own, processor));
  }

  request(processor: ProcessorId, stream: StreamName, what: 'retry' | 'discard'): Promise<boolean> {
    return this.#own.plainly((own) => requestParked(own, processor, stream, what));
  }

  appliedUpTo(processor: ProcessorId): Promise<Position | undefined> {
    return this.#own.plainly((own) => appliedUpTo(own, processor));
  }

  loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    return this.#own.plainly((own) => loadApplied(own, processor, streams));
  }

  saveApplied(tx: MongoTransaction, processor: ProcessorId, applied: Applied): Promise<void> {
    return this.#in(tx, (own) => saveApplied(own, processor, applied));
  }

  listApplied(
    processor: ProcessorId,
    options: { readonly after?: StreamName; readonly limit?: number } = {},
  ): Promise<readonly AppliedVersion[]> {
    return this.#own.plainly((own) => listApplied(own, processor, options));
  }

  async createVersion(
    projection: Projection<MongoTransaction>,
    logId: LogId,
    generation: 'first' | 'next',
  ): Promise<VersionId> {
    const { commandTimeout } = this.#options;
    const { name, version } = projection;
    const made = { logId, generation, now: this.#now(), commandTimeout };
    try {
      return await this.#use.run(() => createVersion(this.#connection, projection, made));
    } catch (error) {
      if (!(error instanceof SetupFailedError)) throw translated(error, this.location);
      await this.#own.together(name, (inside) => giveUpVersion(inside, name, version));
      await this.#own.plainly((plain) => clearDropped(plain, name));
      throw error;
    }
  }

  listVersions(name?: string): Promise<readonly ProjectionVersion[]> {
    return this.#own.plainly((own) => listVersions(own, name));
  }

  listProcessors(): Promise<readonly ProcessorRow[]> {
    return this.#own.plainly((own) => listProcessors(own));
  }

  switchVersion(version: VersionId, options: SwitchOptions = {}): Promise<SwitchResult> {
    const { location } = this;
    return this.#own.together(version.name, (own) =>
      switchVersion(own, version, options, { location, now: this.#now() }),
    );
  }

  async dropVersion(version: VersionId): Promise<void> {
    const { name } = version;
    await this.#own.together(name, (own) => dropVersion(own, version, this.location));
    await this.#own.plainly((own) => clearDropped(own, name));
  }

  async moveCheckpoint(processor: ProcessorId, to: Omit<Checkpoint, 'token'>): Promise<void> {
    const known = await this.#own.plainly((own) => moveCheckpoint(own, processor, to, this.#now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  openSnapshot(): Promise<ReadModelsSnapshot> {
    const { own, transactions } = this.#connection;
    return this.#own.plainly(() => openSnapshot(own, transactions));
  }

  /** Finishes what is in flight, and leaves a client alone that was given. Idempotent. */
  close(): Promise<void> {
    return this.#use.close();
  }

  /** Varve's own documents, in the transaction that a handler is in. */
  async #in<T>(tx: MongoTransaction, work: (own: Own) => Promise<T>): Promise<T> {
    const open = this.#open.get(tx);
    if (!open) {
      throw new InvalidProjectionOptionsError('tx', `This transaction is not one of ${this.location}.`);
    }
    const { session, operations } = open;
    return operations.run(() => work({ ...this.#connection.own, inside: { session } }));
  }

  #now(): Date {
    return this.#options.clock();
  }
}
