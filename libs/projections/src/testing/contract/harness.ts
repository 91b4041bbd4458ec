import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import { openedCase, type ContractCase } from '@varve/eventstore/testing';
import type { Projection } from '../../projection/projection.js';
import type { ReadModels, ReadModelsAbility } from '../../projection/read-models.js';
import { present } from './check.js';

/** How the suite gets at read models. */
export interface ReadModelsHarness<Tx = unknown> {
  /** A database of its own, empty. */
  open(): Promise<OpenedReadModels<Tx>>;
  /** What `open()` does not give, and what the read models say that they lack, and why. */
  readonly lacks?: Readonly<Partial<Record<'second' | ReadModelsAbility, string>>>;
}

/** What a `ReadModelsHarness` opens for one case: read models, and how to write and read in them as an app does. */
export interface OpenedReadModels<Tx = unknown> {
  readonly readModels: ReadModels<Tx>;
  /** A projection whose `setup` makes one table or collection, `pairs`, of `key` and `value`. */
  projection(name: string, version: number): Projection<Tx>;
  /** Writes a pair into the version that the transaction is for. */
  write(tx: Tx, key: string, value: string): void | Promise<void>;
  /** All pairs of the live version, as an application's query reads them. */
  readLive(name: string): Promise<Readonly<Record<string, string>>>;
  /** One more store on the same database, as another process has it. */
  second?(): Promise<ReadModels<Tx>>;
  /** Closes all stores and removes the database. */
  dispose(): Promise<void>;
}

export type ReadModelsBench = Required<Omit<OpenedReadModels, 'dispose'>>;
/** One rule of `readModelsContract`. */
export type ReadModelsCase = ContractCase<ReadModelsHarness>;

export const LOG = 'log-a';

export function readModelsCase(
  name: string,
  work: (bench: ReadModelsBench) => Promise<void>,
  ...needs: readonly ('second' | ReadModelsAbility)[]
): ReadModelsCase {
  const given = needs.filter((need) => need === 'second');
  const rule: ReadModelsCase = openedCase(name, given, (opened) => work(opened as ReadModelsBench));
  return { ...rule, needs };
}

/** Writes a pair and moves the checkpoint to `position`, as a processor does. */
export async function step(
  { readModels, write }: Pick<ReadModelsBench, 'readModels' | 'write'>,
  processor: ProcessorId,
  { position, pair }: { position: number; pair: readonly [key: string, value: string] },
): Promise<void> {
  const from = await loaded(readModels, processor);
  await readModels.transaction(processor, async (tx) => {
    await write(tx, ...pair);
    if (!(await saveIn(readModels, tx, { processor, from, position }))) {
      throw new Error(`the checkpoint of ${processor} was not saved`);
    }
  });
}

export function saveIn(
  readModels: ReadModels<unknown>,
  tx: unknown,
  { processor, from, position }: { processor: ProcessorId; from: Checkpoint; position: number },
): boolean | Promise<boolean> {
  const mark = { stream: 'order-1', firstVersion: position, at: 1_700_000_000_000 };
  return readModels.save(tx, processor, from, { logId: from.logId, position, mark });
}

export async function loaded(readModels: ReadModels<unknown>, processor: ProcessorId): Promise<Checkpoint> {
  return present(await readModels.load(processor), `the checkpoint of ${processor}`);
}

export async function statesOf(readModels: ReadModels<unknown>): Promise<string[]> {
  return (await readModels.listVersions()).map(({ processor, state }) => `${processor} ${state}`);
}

export function park(readModels: ReadModels<unknown>, processor: ProcessorId, stream: string): Promise<void> {
  return readModels.transaction(processor, async (tx) => {
    await readModels.park(tx, processor, {
      stream,
      nextVersion: 1,
      position: 1,
      attempts: 1,
      errorCode: 'bug',
      errorMessage: 'a bug',
      parkedAt: new Date(1_700_000_000_000),
    });
  });
}
