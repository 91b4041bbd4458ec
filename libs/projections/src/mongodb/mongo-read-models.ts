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
import { untilMade } from '@varve/eventstore/mongodb';
import type {
  Projection,
  ReadModels,
  ReadModelsSnapshot,
  SwitchOptions,
  SwitchResult,
  VersionId,
} from '../index.js';
import { InvalidProjectionOptionsError, SetupFailedError } from '../index.js';
import { appliedUpTo, listApplied, loadApplied } from './applied/load-applied.js';
import { saveApplied } from './applied/save-applied.js';
import { connect, type Connection } from './connection/connect.js';
import type { Own } from './connection/own-collections.js';
import { translated } from './errors.js';
import { MongoStore } from './mongo-store.js';
import { withDefaults, type ConnectOptions, type MongoReadModelsOptions } from './options.js';
import { findRequested } from './parking/find-requested.js';
import { listParked } from './parking/list-parked.js';
import { parkSequence } from './parking/park-sequence.js';
import { recordSkipped } from './parking/record-skipped.js';
import { requestParked } from './parking/request-parked.js';
import { unparkSequence } from './parking/unpark-sequence.js';
import { acquireLease } from './processors/acquire-lease.js';
import { ensureRow } from './processors/ensure-row.js';
import { readLease } from './processors/read-lease.js';
import { renewLease } from './processors/renew-lease.js';
import { saveCheckpoint } from './processors/save-checkpoint.js';
import { MongoTransaction } from './transaction/mongo-transaction.js';
import type { OpenTransaction } from './transaction/open-transaction.js';
import { Transactions } from './transaction/transactions.js';
import { clearDropped } from './versions/clear-dropped.js';
import { createVersion } from './versions/create-version.js';
import { dropVersion } from './versions/drop-version.js';
import { giveUpVersion } from './versions/give-up-version.js';
import type { MongoQuery } from './versions/mongo-query.js';
import { prefixOf } from './versions/names.js';
import { openSnapshot } from './versions/open-snapshot.js';
import { queryInTransaction } from './versions/query-in-transaction.js';
import { switchVersion } from './versions/switch-version.js';

/** Read models in a MongoDB database: rows, checkpoints, leases, parked sequences and live versions, under one transaction. */
export class MongoReadModels extends MongoStore implements ReadModels<MongoTransaction> {
  readonly #transactions: Transactions;
  readonly #open = new WeakMap<MongoTransaction, OpenTransaction>();

  private constructor(connection: Connection, options: ConnectOptions) {
    super(connection, options);
    const { client, location } = connection;
    this.#transactions = new Transactions(client, { ...options, location });
  }

  /**
   * @throws InvalidProjectionOptionsError also for a server that has no transactions
   * @throws ReadModelsIncompatibleError, ReadModelsUnavailableError
   */
  static async connect(options: MongoReadModelsOptions): Promise<MongoReadModels> {
    const complete = withDefaults(options, 'transactional');
    return new MongoReadModels(await connect(complete), complete);
  }

  /**
   * Reads the live version's rows, all of one moment: `readModels.query('orders', (q) => q.collection('orders').findOne({ _id }))`. `work` may
   * be run again when the version was dropped meanwhile. A handler reads through its own transaction instead, which sees what it has just
   * written.
   */
  query<T>(name: string, work: (query: MongoQuery) => T | Promise<T>): Promise<T> {
    const { commandTimeout } = this.options;
    const parts = { ...this.connection, transactions: this.#transactions };
    return this.use.run(() => queryInTransaction(parts, name, { commandTimeout, work }));
  }

  transaction<T>(processor: ProcessorId, work: (tx: MongoTransaction) => T | Promise<T>): Promise<T> {
    const { own } = this.connection;
    const { commandTimeout } = this.options;
    const prefix = prefixOf(own.prefix, processor);
    return this.use.run(() =>
      this.#transactions.run(processor, (open) => {
        const tx = new MongoTransaction({ database: own.database, open, prefix, commandTimeout });
        this.#open.set(tx, open);
        return work(tx);
      }),
    );
  }

  save(
    tx: MongoTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): Promise<boolean> {
    return this.#in(tx, (own) => saveCheckpoint(own, processor, { from, to }, this.now()));
  }

  protected makeRow(
    processor: ProcessorId,
    logId: LogId,
    start: Pick<Checkpoint, 'position' | 'mark'> | undefined,
  ): Promise<void> {
    return this.#together(processor, (own) => ensureRow(own, { processor, logId, start }, this.now()));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.own.plainly((own) => readLease(own, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.#together(processor, (own) => acquireLease(own, processor, { owner, seen }));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.own.plainly((own) => renewLease(own, lease));
  }

  listParked(processor: ProcessorId, stream?: StreamName): Promise<readonly ParkedSequence[]> {
    return this.own.plainly((own) => listParked(own, processor, stream));
  }

  findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined> {
    return this.own.plainly((own) => findRequested(own, processor));
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

  request(processor: ProcessorId, stream: StreamName, what: 'retry' | 'discard'): Promise<boolean> {
    return this.own.plainly((own) => requestParked(own, processor, stream, what));
  }

  appliedUpTo(processor: ProcessorId): Promise<Position | undefined> {
    return this.own.plainly((own) => appliedUpTo(own, processor));
  }

  loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    return this.own.plainly((own) => loadApplied(own, processor, streams));
  }

  saveApplied(tx: MongoTransaction, processor: ProcessorId, applied: Applied): Promise<void> {
    return this.#in(tx, (own) => saveApplied(own, processor, applied));
  }

  listApplied(
    processor: ProcessorId,
    options: { readonly after?: StreamName; readonly limit?: number } = {},
  ): Promise<readonly AppliedVersion[]> {
    return this.own.plainly((own) => listApplied(own, processor, options));
  }

  async createVersion(
    projection: Projection<MongoTransaction>,
    logId: LogId,
    generation: 'first' | 'next',
  ): Promise<VersionId> {
    const { commandTimeout } = this.options;
    const { name, version } = projection;
    const made = { logId, generation, now: this.now(), commandTimeout };
    const parts = { own: this.connection.own, transactions: this.#transactions };
    try {
      return await this.use.run(() => createVersion(parts, projection, made));
    } catch (error) {
      if (!(error instanceof SetupFailedError)) throw translated(error, this.location);
      await this.#together(name, (inside) => giveUpVersion(inside, name, version));
      await this.own.plainly((plain) => clearDropped(plain, name));
      throw error;
    }
  }

  switchVersion(version: VersionId, options: SwitchOptions = {}): Promise<SwitchResult> {
    const { location } = this;
    return this.#together(version.name, (own) =>
      switchVersion(own, version, options, { location, now: this.now() }),
    );
  }

  async dropVersion(version: VersionId): Promise<void> {
    const { name } = version;
    await this.#together(name, (own) => dropVersion(own, version, this.location));
    await this.own.plainly((own) => clearDropped(own, name));
  }

  openSnapshot(): Promise<ReadModelsSnapshot> {
    return this.own.plainly((own) => openSnapshot(own, this.#transactions));
  }

  /** Varve's own documents, in the transaction that a handler is in. */
  async #in<T>(tx: MongoTransaction, work: (own: Own) => Promise<T>): Promise<T> {
    const open = this.#open.get(tx);
    if (!open) {
      throw new InvalidProjectionOptionsError('tx', `This transaction is not one of ${this.location}.`);
    }
    const { session, operations } = open;
    return operations.run(() => work({ ...this.connection.own, inside: { session } }));
  }

  /** Several documents together, in a transaction. */
  #together<T>(name: string, work: (own: Own) => Promise<T>): Promise<T> {
    const { own } = this.connection;
    return this.own.translating(() =>
      untilMade(() =>
        this.#transactions.run(name, ({ operations, session }) =>
          operations.run(() => work({ ...own, inside: { session } })),
        ),
      ),
    );
  }
}
