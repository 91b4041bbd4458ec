import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import {
  StoreIncompatibleError,
  type Checkpoint,
  type Lease,
  type LeaseRow,
  type LogId,
  type Position,
  type ProcessorId,
} from '@varve/eventstore';
import { lackingDriver, whileBusy } from '@varve/eventstore/sqlite';
import type { InstanceReport, InstanceReports } from '../publication/instances/instance-report.js';
import type { Confirmation, PublicationStore, Published } from '../publication/publication-store.js';
import { loadCheckpoint, saveCheckpoint } from './checkpoints.js';
import { confirmedBetween, pruneConfirmed, recordConfirmed } from './confirmations.js';
import { translated } from './driver-errors.js';
import { forgetInstance, listInstances, recordInstance } from './instances.js';
import { acquireLease, ensureRow, readLease, releaseLease, renewLease, setState } from './leases.js';
import { assertUsablePath, openDatabase } from './open-database.js';
import { checkedOptions, type SqlitePublicationStoreOptions } from './options.js';
import { PublicationFile } from './publication-file.js';

/** Where the publication of a log in a file is remembered unless somebody says otherwise: beside it. */
export function publicationFileOf(log: string): string {
  return `${log}-publication`;
}

/** What publication remembers, in a small SQLite file that all instances on one machine share. */
export class SqlitePublicationStore implements PublicationStore<Database>, InstanceReports {
  readonly #file: PublicationFile;

  private constructor(file: PublicationFile) {
    this.#file = file;
  }

  /** @throws InvalidBusOptionsError, StoreIncompatibleError, StoreUnavailableError */
  static async open(options: SqlitePublicationStoreOptions): Promise<SqlitePublicationStore> {
    const { file, create, busyTimeout } = checkedOptions(options);
    const lacking = lackingDriver();
    if (lacking) throw new StoreIncompatibleError(`The SQLite publication store needs ${lacking}.`);
    const location = file === ':memory:' ? file : resolve(file);
    if (file !== ':memory:') assertUsablePath(location, create);
    try {
      // Instances that start together make the file together.
      const database = await whileBusy(busyTimeout, () => openDatabase(location, create));
      return new SqlitePublicationStore(new PublicationFile(database, busyTimeout));
    } catch (error) {
      throw translated(error, location);
    }
  }

  /** Where a person finds it. */
  get location(): string {
    return this.#file.database.name;
  }

  transaction<T>(_processor: ProcessorId, work: (tx: Database) => T | Promise<T>): Promise<T> {
    return this.#file.transaction(() => work(this.#file.database));
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.#file.read(() => loadCheckpoint(this.#file, processor));
  }

  save(_tx: Database, processor: ProcessorId, from: Checkpoint, to: Omit<Checkpoint, 'token'>): boolean {
    return saveCheckpoint(this.#file, processor, from, to);
  }

  ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    return this.#file.transaction(() => ensureRow(this.#file, processor, logId, start));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.#file.read(() => readLease(this.#file, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.#file.transaction(() => acquireLease(this.#file, processor, owner, seen));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.#file.transaction(() => renewLease(this.#file, lease));
  }

  release(lease: Lease): Promise<void> {
    return this.#file.transaction(() => releaseLease(this.#file, lease));
  }

  setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    return this.#file.transaction(() => setState(this.#file, processor, state, reason));
  }

  recordConfirmed(of: Published, confirmed: readonly Confirmation[]): Promise<void> {
    return this.#file.transaction(() => recordConfirmed(this.#file, of, confirmed));
  }

  confirmedBetween(of: Published, after: Position, upTo: Position): Promise<readonly Confirmation[]> {
    return this.#file.read(() => confirmedBetween(this.#file, of, after, upTo));
  }

  pruneConfirmed(of: Published, upTo: Position): Promise<void> {
    return this.#file.transaction(() => pruneConfirmed(this.#file, of, upTo));
  }

  recordInstance(of: Published, report: InstanceReport): Promise<void> {
    return this.#file.transaction(() => recordInstance(this.#file, of, report));
  }

  listInstances(of: Published): Promise<readonly InstanceReport[]> {
    return this.#file.read(() => listInstances(this.#file, of));
  }

  forgetInstance(of: Published, instance: string): Promise<void> {
    return this.#file.transaction(() => forgetInstance(this.#file, of, instance));
  }

  /** Finishes what is in flight. Idempotent. */
  close(): Promise<void> {
    return this.#file.close();
  }
}
