import type {
  Checkpoint,
  Lease,
  LeaseRow,
  LogId,
  ParkedSequence,
  ProcessorId,
  ProcessorStore,
  SkippedCommits,
} from '@varve/eventstore';
import type { PublicationStore } from '../publication-store.js';

/** A publication store as a processor wants it. A relay sets no stream aside: what cannot be published stops it. */
export class RelayStore<Tx> implements ProcessorStore<Tx> {
  constructor(private readonly store: PublicationStore<Tx>) {}

  transaction<T>(processor: ProcessorId, work: (tx: Tx) => T | Promise<T>): Promise<T> {
    return this.store.transaction(processor, work);
  }

  load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.store.load(processor);
  }

  save(
    tx: Tx,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): boolean | Promise<boolean> {
    return this.store.save(tx, processor, from, to);
  }

  ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start?: Pick<Checkpoint, 'position' | 'mark'>,
  ): Promise<void> {
    return this.store.ensureRow(processor, logId, start);
  }

  readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    return this.store.readLease(processor);
  }

  acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.store.acquire(processor, owner, seen);
  }

  renew(lease: Lease): Promise<boolean> {
    return this.store.renew(lease);
  }

  release(lease: Lease): Promise<void> {
    return this.store.release(lease);
  }

  setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    return this.store.setState(processor, state, reason);
  }

  async listParked(): Promise<readonly ParkedSequence[]> {
    return [];
  }

  async findRequested(): Promise<undefined> {
    return undefined;
  }

  park(): never {
    throw new TypeError('A relay parks no stream.');
  }

  unpark(): void {
    // Nothing is ever parked.
  }

  recordSkipped(): never {
    throw new TypeError('A relay skips no commit.');
  }

  async listSkipped(): Promise<readonly SkippedCommits[]> {
    return [];
  }

  async request(): Promise<boolean> {
    return false;
  }
}
