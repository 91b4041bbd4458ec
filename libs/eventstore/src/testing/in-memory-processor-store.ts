import type { LogId, Position, StreamVersion } from '../log/positions.js';
import type { StreamName } from '../log/stream-name.js';
import type { Checkpoint, CheckpointStore, ProcessorId } from '../processor/checkpoint-store.js';
import type { Applied, AppliedVersion, AppliedVersions } from '../processor/feed/applied-versions.js';
import type { Lease, LeaseRow, LeaseStore } from '../processor/lease/lease-store.js';
import type {
  ParkedSequence,
  ParkedSequences,
  SkippedCommits,
} from '../processor/parking/parked-sequences.js';
import { MemoryTransaction, type MemoryRows } from './memory/memory-transaction.js';

/** Checkpoint and lease of a processor: one row, so that one compare-and-set guards both. */
export interface ProcessorRow extends LeaseRow {
  readonly checkpoint: Omit<Checkpoint, 'token'>;
}

/**
 * Checkpoints, leases, parked sequences, applied versions and any rows of the test's own (`tx.set`, `read`), in one place with real transactions: they
 * run one after another, and what a failed one has written is gone.
 */
export class InMemoryProcessorStore
  implements
    CheckpointStore<MemoryTransaction>,
    LeaseStore,
    ParkedSequences<MemoryTransaction>,
    AppliedVersions<MemoryTransaction>
{
  protected readonly rows: MemoryRows = new Map();
  #lastTransaction: Promise<unknown> = Promise.resolve();

  /** A row that a transaction has written with `tx.set`. */
  read<T>(key: string): T | undefined {
    return new MemoryTransaction(this.rows).get<T>(key);
  }

  transaction<T>(_processor: ProcessorId, work: (tx: MemoryTransaction) => T | Promise<T>): Promise<T> {
    const running = this.#lastTransaction.then(() => this.run(work));
    this.#lastTransaction = running.catch(() => undefined);
    return running;
  }

  async load(processor: ProcessorId): Promise<Checkpoint | undefined> {
    return this.checkpointIn(new MemoryTransaction(this.rows), processor);
  }

  save(
    tx: MemoryTransaction,
    processor: ProcessorId,
    from: Checkpoint,
    to: Omit<Checkpoint, 'token'>,
  ): boolean {
    const row = this.rowIn(tx, processor);
    if (!row || row.token !== from.token || !samePlace(row.checkpoint, from)) return false;
    const { logId, position, mark } = to;
    const checkpoint = mark === undefined ? { logId, position } : { logId, position, mark };
    this.putRow(tx, processor, { ...row, heartbeat: row.heartbeat + 1, checkpoint });
    return true;
  }

  async ensureRow(
    processor: ProcessorId,
    logId: LogId,
    start: Pick<Checkpoint, 'position' | 'mark'> = { position: 0 },
  ): Promise<void> {
    const checkpoint = { logId, ...start };
    const row: ProcessorRow = { token: 0, heartbeat: 0, state: 'active', checkpoint };
    await this.transaction(processor, (tx) => {
      if (!this.rowIn(tx, processor)) this.putRow(tx, processor, row);
    });
  }

  async readLease(processor: ProcessorId): Promise<LeaseRow | undefined> {
    const row = this.read<ProcessorRow>(rowKey(processor));
    if (!row) return undefined;
    const { checkpoint: _, ...lease } = row;
    return lease;
  }

  async acquire(processor: ProcessorId, owner: string, seen: LeaseRow): Promise<Lease | undefined> {
    return this.changeRow(processor, (row) => {
      if (row.state !== 'active' || row.token !== seen.token || row.heartbeat !== seen.heartbeat) return;
      return { ...row, owner, token: row.token + 1 };
    }).then((row) => row && { processor, owner, token: row.token });
  }

  async renew(lease: Lease): Promise<boolean> {
    const row = await this.changeRow(lease.processor, (row) =>
      isHeld(row, lease) ? { ...row, heartbeat: row.heartbeat + 1 } : undefined,
    );
    return row !== undefined;
  }

  async release(lease: Lease): Promise<void> {
    await this.changeRow(lease.processor, (row) => (isHeld(row, lease) ? withoutOwner(row) : undefined));
  }

  async setState(processor: ProcessorId, state: LeaseRow['state'], reason?: string): Promise<void> {
    await this.changeRow(processor, (row) => {
      const { reason: _, ...rest } = withoutOwner(row);
      return { ...rest, token: row.token + 1, state, ...(reason === undefined ? {} : { reason }) };
    });
  }

  async listParked(processor: ProcessorId, stream?: StreamName): Promise<readonly ParkedSequence[]> {
    const all = this.#parked(processor);
    return stream === undefined ? all : all.filter((one) => one.stream === stream);
  }

  async findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined> {
    const asked = this.#parked(processor).filter(({ request }) => request !== undefined);
    return asked.toSorted((a, b) => a.position - b.position)[0];
  }

  park(tx: MemoryTransaction, processor: ProcessorId, parked: ParkedSequence): void {
    tx.set(parkedKey(processor, parked.stream), parked);
  }

  unpark(tx: MemoryTransaction, processor: ProcessorId, stream: StreamName): void {
    tx.delete(parkedKey(processor, stream));
  }

  recordSkipped(tx: MemoryTransaction, processor: ProcessorId, skipped: SkippedCommits): void {
    const key = skippedKey(processor);
    tx.set(key, [...(tx.get<SkippedCommits[]>(key) ?? []), skipped]);
  }

  async listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]> {
    const skipped = this.read<SkippedCommits[]>(skippedKey(processor)) ?? [];
    return skipped.map((one) => ({ ...one, at: new Date(one.at) }));
  }

  async request(processor: ProcessorId, stream: StreamName, what: 'retry' | 'discard'): Promise<boolean> {
    return this.transaction(processor, (tx) => {
      const parked = tx.get<ParkedSequence>(parkedKey(processor, stream));
      if (parked) tx.set(parkedKey(processor, stream), { ...parked, request: what });
      return parked !== undefined;
    });
  }

  async appliedUpTo(processor: ProcessorId): Promise<Position | undefined> {
    return this.read<Position>(appliedUpToKey(processor));
  }

  async loadApplied(
    processor: ProcessorId,
    streams: readonly StreamName[],
  ): Promise<ReadonlyMap<StreamName, StreamVersion>> {
    const versions = new Map<StreamName, StreamVersion>();
    for (const stream of streams) {
      const version = this.read<StreamVersion>(appliedKey(processor, stream));
      if (version !== undefined) versions.set(stream, version);
    }
    return versions;
  }

  saveApplied(tx: MemoryTransaction, processor: ProcessorId, { versions, upTo }: Applied): void {
    for (const [stream, version] of versions) {
      const key = appliedKey(processor, stream);
      tx.set(key, Math.max(version, tx.get<StreamVersion>(key) ?? 0));
    }
    tx.set(appliedUpToKey(processor), upTo);
  }

  async listApplied(
    processor: ProcessorId,
    { after = '', limit = 1_000 }: { readonly after?: StreamName; readonly limit?: number } = {},
  ): Promise<readonly AppliedVersion[]> {
    const tx = new MemoryTransaction(this.rows);
    const prefix = appliedKey(processor, '');
    const streams = tx.keys(prefix).map((key) => key.slice(prefix.length));
    return streams
      .filter((stream) => stream > after)
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map((stream) => ({ stream, version: tx.get<StreamVersion>(prefix + stream) ?? 0 }));
  }

  protected checkpointIn(tx: MemoryTransaction, processor: ProcessorId): Checkpoint | undefined {
    const row = this.rowIn(tx, processor);
    return row && { ...row.checkpoint, token: row.token };
  }

  protected rowIn(tx: MemoryTransaction, processor: ProcessorId): ProcessorRow | undefined {
    return tx.get<ProcessorRow>(rowKey(processor));
  }

  protected putRow(tx: MemoryTransaction, processor: ProcessorId, row: ProcessorRow): void {
    tx.set(rowKey(processor), row);
  }

  #parked(processor: ProcessorId): ParkedSequence[] {
    const tx = new MemoryTransaction(this.rows);
    return tx.keys(parkedKey(processor, '')).map((key) => {
      const parked = tx.get<ParkedSequence>(key) as ParkedSequence;
      return { ...parked, parkedAt: new Date(parked.parkedAt) };
    });
  }

  protected async run<T>(work: (tx: MemoryTransaction) => T | Promise<T>): Promise<T> {
    const tx = new MemoryTransaction(this.rows);
    let result: T;
    try {
      result = await work(tx);
    } catch (error) {
      tx.end();
      throw error;
    }
    tx.applyTo(this.rows);
    return result;
  }

  protected changeRow(
    processor: ProcessorId,
    change: (row: ProcessorRow) => ProcessorRow | undefined,
  ): Promise<ProcessorRow | undefined> {
    return this.transaction(processor, (tx) => {
      const row = this.rowIn(tx, processor);
      const changed = row && change(row);
      if (changed) this.putRow(tx, processor, changed);
      return changed;
    });
  }
}

function samePlace(a: Omit<Checkpoint, 'token'>, b: Omit<Checkpoint, 'token'>): boolean {
  return a.logId === b.logId && a.position === b.position;
}

function isHeld(row: ProcessorRow, lease: Lease): boolean {
  return row.token === lease.token && row.owner === lease.owner;
}

function withoutOwner(row: ProcessorRow): ProcessorRow {
  const { owner: _, ...rest } = row;
  return rest;
}

function rowKey(processor: ProcessorId): string {
  return `$row ${JSON.stringify(processor)}`;
}

function parkedKey(processor: ProcessorId, stream: StreamName): string {
  return `$parked ${JSON.stringify(processor)} ${stream}`;
}

function appliedUpToKey(processor: ProcessorId): string {
  return `$applied-up-to ${JSON.stringify(processor)}`;
}

function appliedKey(processor: ProcessorId, stream: StreamName): string {
  return `$applied ${JSON.stringify(processor)} ${stream}`;
}

function skippedKey(processor: ProcessorId): string {
  return `$skipped ${JSON.stringify(processor)}`;
}
