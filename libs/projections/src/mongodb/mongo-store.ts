import type { Checkpoint, Lease, LeaseRow, LogId, ProcessorId, SkippedCommits } from '@varve/eventstore';
import type { ProcessorRow, ProjectionVersion } from '../index.js';
import { UnknownProjectionError } from '../index.js';
import type { Connection } from './connection/connect.js';
import { assertSameDatabase } from './connection/identity.js';
import { OwnWork } from './connection/own-work.js';
import { Use } from './connection/use.js';
import type { ConnectOptions } from './options.js';
import { listSkipped } from './parking/list-skipped.js';
import { listProcessors } from './processors/list-processors.js';
import { loadCheckpoint } from './processors/load-checkpoint.js';
import { moveCheckpoint } from './processors/move-checkpoint.js';
import { releaseLease } from './processors/release-lease.js';
import { setState } from './processors/set-state.js';
import { listVersions } from './versions/list-versions.js';

/** What read models in MongoDB have in common, whether rows and checkpoint share a transaction or not. */
export abstract class MongoStore {
  readonly databaseId: string;
  readonly location: string;
  protected readonly connection: Connection;
  protected readonly options: ConnectOptions;
  protected readonly use: Use;
  protected readonly own: OwnWork;

  protected constructor(connection: Connection, options: ConnectOptions) {
    const { location, identity, disconnect } = connection;
    this.location = location;
    this.databaseId = identity.databaseId;
    this.connection = connection;
    this.options = options;
    this.use = new Use(location, disconnect);
    this.own = new OwnWork(connection, this.use);
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.own.plainly((own) => loadCheckpoint(own, processor));
  }

  async ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    const { identity } = this.connection;
    await this.own.plainly((own) => assertSameDatabase(own, identity, this.location));
    await this.makeRow(processor, logId, start);
  }

  protected abstract makeRow(
    processor: ProcessorId,
    logId: LogId,
    start: Pick<Checkpoint, 'position' | 'mark'> | undefined,
  ): Promise<void>;

  release(lease: Lease): Promise<void> {
    return this.own.plainly((own) => releaseLease(own, lease));
  }

  async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    const to = { state, reason };
    const known = await this.own.plainly((own) => setState(own, processor, to, this.now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    return this.own.plainly((own) => listSkipped(own, processor));
  }

  listVersions(name?: string): Promise<readonly ProjectionVersion[]> {
    return this.own.plainly((own) => listVersions(own, name));
  }

  listProcessors(): Promise<readonly ProcessorRow[]> {
    return this.own.plainly((own) => listProcessors(own));
  }

  async moveCheckpoint(processor: ProcessorId, to: Omit<Checkpoint, 'token'>): Promise<void> {
    const known = await this.own.plainly((own) => moveCheckpoint(own, processor, to, this.now()));
    if (!known) throw new UnknownProjectionError(processor, this.location);
  }

  /** Finishes what is in flight, and leaves a client alone that was given. Idempotent. */
  close(): Promise<void> {
    return this.use.close();
  }

  protected now(): Date {
    return this.options.clock();
  }
}
