import {
  LeaseLostError,
  type Checkpoint,
  type Lease,
  type LeaseRow,
  type LogId,
  type Position,
  type ProcessorId,
} from '@varve/eventstore';
import { MongoDocuments } from '@varve/eventstore/mongodb';
import type { InstanceReport, InstanceReports } from '../publication/instances/instance-report.js';
import type { Confirmation, PublicationStore, Published } from '../publication/publication-store.js';
import { endStep, loadCheckpoint, standsAt } from './checkpoints.js';
import { collectionsOf, STORE, type Collections } from './collections.js';
import { confirmedBetween, pruneConfirmed, recordConfirmed } from './confirmations.js';
import { forgetInstance, listInstances, recordInstance } from './instances.js';
import { acquireLease, ensureRow, readLease, releaseLease, renewLease, setState } from './leases.js';
import { assertOptions, type MongoPublicationStoreOptions } from './options.js';
import { prepareStore } from './prepare-store.js';
import { PublicationStep } from './publication-step.js';

/**
 * What publication remembers, in a MongoDB database that instances on any number of machines share. No transactions are needed: whatever is
 * decided is decided by one command on one document.
 */
export class MongoPublicationStore implements PublicationStore<PublicationStep>, InstanceReports {
  readonly #documents: MongoDocuments;

  private constructor(documents: MongoDocuments) {
    this.#documents = documents;
  }

  /** @throws InvalidBusOptionsError, InvalidOptionsError, StoreIncompatibleError, StoreUnavailableError */
  static async connect(options: MongoPublicationStoreOptions): Promise<MongoPublicationStore> {
    assertOptions(options);
    const of = { kind: 'publication store', collection: STORE };
    return new MongoPublicationStore(await MongoDocuments.connect(options, of, prepareStore));
  }

  /** Where a person finds it: hosts, database and collection. */
  get location(): string {
    return this.#documents.location;
  }

  /**
   * Changes the relay's document once `work` has ended well, all of it by one command.
   *
   * @throws LeaseLostError the checkpoint was moved, or the lease taken, since `save` was asked
   */
  async transaction<T>(processor: ProcessorId, work: (step: PublicationStep) => T | Promise<T>): Promise<T> {
    const step = new PublicationStep(processor);
    const result = await work(step);
    if (await this.#run((collections) => endStep(collections, step))) return result;
    throw new LeaseLostError(processor);
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.#run((collections) => loadCheckpoint(collections, processor));
  }

  /** Whether it can be saved as it looks now; the end of the transaction has the last word. */
  async save(
    step: PublicationStep,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): Promise<boolean> {
    const canBe = await this.#run((collections) => standsAt(collections, processor, from));
    if (canBe) step.move = { from, to };
    return canBe;
  }

  ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    return this.#run((collections) => ensureRow(collections, processor, logId, start));
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.#run((collections) => readLease(collections, processor));
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.#run((collections) => acquireLease(collections, processor, owner, seen));
  }

  renew(lease: Lease): Promise<boolean> {
    return this.#run((collections) => renewLease(collections, lease));
  }

  release(lease: Lease): Promise<void> {
    return this.#run((collections) => releaseLease(collections, lease));
  }

  setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    return this.#run((collections) => setState(collections, processor, state, reason));
  }

  recordConfirmed(of: Published, confirmed: readonly Confirmation[]): Promise<void> {
    return this.#run((collections) => recordConfirmed(collections, of, confirmed));
  }

  confirmedBetween(of: Published, after: Position, upTo: Position): Promise<readonly Confirmation[]> {
    return this.#run((collections) => confirmedBetween(collections, of, after, upTo));
  }

  pruneConfirmed(of: Published, upTo: Position): Promise<void> {
    return this.#run((collections) => pruneConfirmed(collections, of, upTo));
  }

  recordInstance(of: Published, report: InstanceReport): Promise<void> {
    return this.#run((collections) => recordInstance(collections, of, report));
  }

  listInstances(of: Published): Promise<readonly InstanceReport[]> {
    return this.#run((collections) => listInstances(collections, of));
  }

  forgetInstance(of: Published, instance: string): Promise<void> {
    return this.#run((collections) => forgetInstance(collections, of, instance));
  }

  /** Finishes what is in flight, and closes the client if it is the store's own. Idempotent. */
  close(): Promise<void> {
    return this.#documents.close();
  }

  #run<T>(work: (collections: Collections) => Promise<T>): Promise<T> {
    return this.#documents.run(() => work(collectionsOf(this.#documents)));
  }
}
