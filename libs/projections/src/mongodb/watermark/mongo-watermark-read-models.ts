import type {
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
  Projection,
  ReadModels,
  ReadModelsSnapshot,
  SwitchOptions,
  SwitchResult,
  VersionId,
} from '../../index.js';
import { InvalidProjectionOptionsError, versionIdOf } from '../../index.js';
import { connect } from '../connection/connect.js';
import { MongoStore } from '../mongo-store.js';
import { withDefaults, type MongoWatermarkReadModelsOptions } from '../options.js';
import { loadCheckpoint } from '../processors/load-checkpoint.js';
import { prefixOf } from '../versions/names.js';
import { findLive, queryLive } from '../versions/query-live.js';
import { lookBeforeStep, Steps } from './steps/claim-step.js';
import { ensureRow } from './steps/ensure-row.js';
import { acquireLease, readLease, renewLease } from './steps/leases.js';
import { runStep } from './steps/run-step.js';
import { StepClock } from './steps/step-clock.js';
import { createVersion } from './versions/create-version.js';
import { dropVersion } from './versions/drop-version.js';
import { readVisibleRows } from './versions/read-visible-rows.js';
import { removeTombstones } from './versions/remove-tombstones.js';
import { switchVersion } from './versions/switch-version.js';
import { WatermarkQuery } from './versions/watermark-query.js';
import { WatermarkTransaction } from './watermark-transaction.js';

const BY_LOG =
  'keep with each row which commit of the log it has seen last, so that commits are applied in the order of the log, all of them';

const LACKS = {
  parking: BY_LOG,
  feeding: BY_LOG,
  moments: 'are on a server without transactions, which reads one row after the other',
} as const;

const HOUR = 3_600_000;

/**
 * Read models in MongoDB for servers without transactions. Each row carries the position of the last commit that has changed it, is written by a
 * compare-and-set on that, and before the checkpoint: whatever happens in between, each commit is in each row once. What that costs is said by the
 * types, at start, or in the guide "MongoDB in production": rows that are changed one by one, projections of order `log` that follow the log
 * alone, and no parked streams.
 *
 * Readers may see the rows of one commit one after the other. So keep in one document what is read together, such as an order with its lines, and
 * let readers `waitFor` the position that they need: all rows of the commits up to there are there then.
 */
export class MongoWatermarkReadModels extends MongoStore implements ReadModels<WatermarkTransaction> {
  readonly lacks = LACKS;
  readonly #steps = new Steps();

  /** @throws InvalidProjectionOptionsError, ReadModelsIncompatibleError, ReadModelsUnavailableError */
  static async connect(options: MongoWatermarkReadModelsOptions): Promise<MongoWatermarkReadModels> {
    const complete = withDefaults(options, 'watermark');
    return new MongoWatermarkReadModels(await connect(complete), complete);
  }

  /**
   * Reads the live version's rows: `readModels.query('orders', (q) => q.collection('orders').findOne({ _id }))`. Of a commit that is being written
   * it may see one row already and another not yet. `work` may be run again when the version was dropped meanwhile.
   */
  query<T>(name: string, work: (query: WatermarkQuery) => T | Promise<T>): Promise<T> {
    const { own } = this.connection;
    const read = async () => {
      const version = await findLive({ ...own, inside: {} }, name, this.location);
      return { version, result: await work(new WatermarkQuery(version, own)) };
    };
    return this.use.run(() => queryLive(own, read));
  }

  /** Writes what `work` has said once it resolves: rows, then the checkpoint. Nothing when it rejects. */
  transaction<T>(processor: ProcessorId, work: (tx: WatermarkTransaction) => T | Promise<T>): Promise<T> {
    const { database, prefix } = this.connection.own;
    const tx = new WatermarkTransaction({ database, processor, prefix: prefixOf(prefix, processor) });
    return this.use.run(async () => {
      try {
        const result = await work(tx);
        await this.#runStep(processor, tx);
        return result;
      } finally {
        tx.changes.end();
      }
    });
  }

  /** Looks whether the step may be taken. The checkpoint is saved after the rows, at the end of the transaction. */
  async save(
    tx: WatermarkTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): Promise<boolean> {
    const begun = await this.own.plainly((own) =>
      lookBeforeStep(own, processor, { from, steps: this.#steps }),
    );
    if (begun) tx.step = { ...begun, to };
    return begun !== undefined;
  }

  protected makeRow(
    processor: ProcessorId,
    logId: LogId,
    start: Pick<Checkpoint, 'position' | 'mark'> | undefined,
  ): Promise<void> {
    return this.own.plainly((own) => ensureRow(own, { processor, logId, start }, this.now()));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.own.plainly((own) => readLease(own, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.own.plainly((own) => acquireLease(own, processor, { owner, seen, now: this.now() }));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.own.plainly((own) => renewLease(own, lease));
  }

  async recordSkipped(tx: WatermarkTransaction, _: ProcessorId, skipped: SkippedCommits): Promise<void> {
    tx.skipped.push(skipped);
  }

  createVersion(
    projection: Projection<WatermarkTransaction>,
    logId: LogId,
    generation: 'first' | 'next',
  ): Promise<VersionId> {
    const made = { logId, generation, now: this.now() };
    return this.own.plainly((own) => createVersion(own, projection, made));
  }

  switchVersion(version: VersionId, options: SwitchOptions = {}): Promise<SwitchResult> {
    const switching = { location: this.location, now: this.now() };
    return this.own.plainly((own) => switchVersion(own, version, options, switching));
  }

  dropVersion(version: VersionId): Promise<void> {
    return this.own.plainly((own) => dropVersion(own, version, this.location));
  }

  /** Of a reactor. The rows of a projection would not go back with it. @throws InvalidProjectionOptionsError for a projection */
  override async moveCheckpoint(processor: ProcessorId, to: Omit<Checkpoint, 'token'>): Promise<void> {
    if (versionIdOf(processor)) {
      throw new InvalidProjectionOptionsError(
        'processor',
        `The rows of "${processor}" cannot go back with its checkpoint. Rebuild it.`,
      );
    }
    await super.moveCheckpoint(processor, to);
  }

  /** Not of one moment: versions are compared while they stand still. */
  async openSnapshot(): Promise<ReadModelsSnapshot> {
    const own = { ...this.connection.own, inside: {} };
    return {
      loadCheckpoint: (processor) => this.own.plainly((plain) => loadCheckpoint(plain, processor)),
      readRows: (version) => readVisibleRows(own, version),
      close: async () => undefined,
    };
  }

  /**
   * Rows that a projection has deleted stay as tombstones, which no query shows. This takes those away that are older than `olderThan` milliseconds
   * (default a day, at least an hour); run it now and then. It answers how many there were.
   */
  async removeTombstones({ olderThan = 24 * HOUR }: { readonly olderThan?: number } = {}): Promise<number> {
    const { transactionLimit } = this.options;
    const least = Math.max(HOUR, 10 * transactionLimit);
    if (!(olderThan >= least)) {
      throw new InvalidProjectionOptionsError(
        'olderThan',
        `The option "olderThan" is ${olderThan}. Use milliseconds, from ${least}.`,
      );
    }
    return this.own.plainly((own) => removeTombstones(own, new Date(this.now().getTime() - olderThan)));
  }

  async listParked(): Promise<readonly ParkedSequence[]> {
    return [];
  }

  async findRequested(): Promise<undefined> {
    return undefined;
  }

  async park(_: WatermarkTransaction, processor: ProcessorId): Promise<void> {
    throw this.#lacking('parking', processor);
  }

  async unpark(_: WatermarkTransaction, processor: ProcessorId): Promise<void> {
    throw this.#lacking('parking', processor);
  }

  async request(): Promise<boolean> {
    return false;
  }

  async appliedUpTo(): Promise<Position | undefined> {
    return undefined;
  }

  async loadApplied(): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    return new Map();
  }

  async saveApplied(_: WatermarkTransaction, processor: ProcessorId): Promise<void> {
    throw this.#lacking('feeding', processor);
  }

  async listApplied(): Promise<readonly AppliedVersion[]> {
    return [];
  }

  #runStep(processor: ProcessorId, tx: WatermarkTransaction): Promise<void> {
    const { conflictTimeout, transactionLimit, timers, random } = this.options;
    const clock = new StepClock(processor, transactionLimit, () => this.now());
    const { location } = this;
    const writing = {
      ...{ processor, location, conflictTimeout, timers, random, now: this.now() },
      assertInTime: () => clock.assertInTime(),
    };
    return this.own.plainly((own) => runStep(own, processor, { tx, writing, steps: this.#steps }));
  }

  #lacking(ability: 'parking' | 'feeding', processor: ProcessorId): InvalidProjectionOptionsError {
    return new InvalidProjectionOptionsError(
      ability,
      `"${processor}" needs what these read models do without: they ${LACKS[ability]}.`,
    );
  }
}
