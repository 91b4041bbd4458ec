import { isEventStoreError } from '../../../log/errors.js';
import type { Mark } from '../../../log/positions.js';
import type { Checkpoint, CheckpointStore } from '../../../processor/checkpoint-store.js';
import type { AppliedVersions } from '../../../processor/feed/applied-versions.js';
import type { Lease, LeaseRow, LeaseStore } from '../../../processor/lease/lease-store.js';
import type { ParkedSequences } from '../../../processor/parking/parked-sequences.js';
import { present } from '../check.js';
import { openedCase, type ContractCase } from '../contract-case.js';

/** The store under test: whatever a processor can work with. */
export type ProcessorStore<Tx> = CheckpointStore<Tx> &
  LeaseStore &
  ParkedSequences<Tx> &
  Partial<AppliedVersions<Tx>>;

/** How the suites get at a database of checkpoints and rows. */
export interface ProcessorStoreHarness<Tx = unknown> {
  /** A database of its own, empty. */
  open(): Promise<OpenedProcessorStore<Tx>>;
  /** What `open()` does not give, and what the store does not do, and why. */
  readonly lacks?: Readonly<Partial<Record<'second' | 'parking', string>>>;
}

/** What a `ProcessorStoreHarness` opens for one case: a store, and how to see from outside what its transactions have done. */
export interface OpenedProcessorStore<Tx = unknown> {
  readonly store: ProcessorStore<Tx>;
  /** Writes a row of the test's own inside a transaction, to see that it shares the checkpoint's fate. */
  write(tx: Tx, key: string, value: string): void | Promise<void>;
  /** The row as everybody sees it who is outside of the transaction. */
  read(key: string): Promise<string | undefined>;
  /** One more store on the same database, as another process has it. */
  second?(): Promise<ProcessorStore<Tx>>;
  /** Closes all stores and removes the database. */
  dispose(): Promise<void>;
}

export type ProcessorStoreBench = Required<Omit<OpenedProcessorStore, 'dispose'>>;
/** One rule of the contracts of stores that processors work with. */
export type ProcessorStoreCase = ContractCase<ProcessorStoreHarness>;

export const LOG = 'log-a';
export const ORDERS = 'orders@2';

export function processorStoreCase(
  name: string,
  work: (bench: ProcessorStoreBench) => Promise<void>,
  ...needs: readonly ('second' | 'parking')[]
): ProcessorStoreCase {
  const given = needs.filter((need) => need === 'second');
  const rule: ProcessorStoreCase = openedCase(name, given, async (opened) => {
    await opened.store.ensureRow(ORDERS, LOG);
    await work(opened as ProcessorStoreBench);
  });
  return { ...rule, needs };
}

export function markAt(position: number): Mark {
  return { stream: `order-${position}`, firstVersion: position, at: 1_700_000_000_000 + position };
}

export async function loaded(store: ProcessorStore<unknown>, processor = ORDERS): Promise<Checkpoint> {
  return present(await store.load(processor), `the checkpoint of ${processor}`);
}

export async function seen(store: ProcessorStore<unknown>, processor = ORDERS): Promise<LeaseRow> {
  return present(await store.readLease(processor), `the lease of ${processor}`);
}

/** The lease, taken by `owner` with a fresh look at the row. */
export async function taken(store: ProcessorStore<unknown>, owner: string): Promise<Lease> {
  return present(await store.acquire(ORDERS, owner, await seen(store)), `the lease for ${owner}`);
}

/** One step of a processor: the row and the checkpoint in one transaction, which is rolled back when the save says no. */
export async function step(
  { store, write }: Pick<ProcessorStoreBench, 'store' | 'write'>,
  from: Checkpoint,
  position: number,
): Promise<boolean> {
  const refused = new Error('the checkpoint was not saved');
  try {
    await store.transaction(ORDERS, async (tx) => {
      await write(tx, 'row', `at ${position}`);
      const to = { logId: from.logId, position, mark: markAt(position) };
      if (!(await store.save(tx, ORDERS, from, to))) throw refused;
    });
    return true;
  } catch (error) {
    // Where the save is only judged at the transaction's end.
    if (error === refused || isEventStoreError(error, 'lease-lost')) return false;
    throw error;
  }
}
