import { openedCase, type ContractCase } from '@varve/eventstore/testing';
import type { Confirmations } from '../../index.js';

/** How `confirmationsContract` gets at an adapter. */
export interface ConfirmationsHarness {
  /** Remembers nothing yet. */
  open(): Promise<OpenedConfirmations>;
  /** What `open()` does not give, and why. */
  readonly lacks?: Readonly<Partial<Record<'second', string>>>;
}

/** What a `ConfirmationsHarness` opens for one case: a store, and how to look at it from elsewhere. */
export interface OpenedConfirmations {
  readonly store: Confirmations;
  /** One more store on the same database, as another process has it. */
  second?(): Promise<Confirmations>;
  dispose(): Promise<void>;
}

const LOG = { relay: 'relay', logId: 'log-a' };
const OTHER_LOG = { ...LOG, logId: 'log-b' };

/** The rules of `Confirmations`. */
export const confirmationsContract: readonly ContractCase<ConfirmationsHarness>[] = [
  confirmationsCase('finds what was confirmed, in the order of positions', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(7), at(3)]);
    await store.recordConfirmed(LOG, [at(5)]);
    await finds(store, [0, 10], [3, 5, 7]);
  }),

  confirmationsCase('looks behind the one position, up to and including the other', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(2), at(3), at(4)]);
    await finds(store, [2, 3], [3]);
    await finds(store, [4, 9], []);
  }),

  confirmationsCase('tells which commit was confirmed at a position', async ({ store }) => {
    await store.recordConfirmed(LOG, [{ position: 1, commitId: 'a "quoted" id, and ✓' }]);
    const [found] = await store.confirmedBetween(LOG, 0, 1);
    equal(found?.commitId, 'a "quoted" id, and ✓', 'the commit id');
  }),

  confirmationsCase('takes the same twice', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(1), at(1)]);
    await store.recordConfirmed(LOG, [at(1), at(2)]);
    await finds(store, [0, 10], [1, 2]);
  }),

  confirmationsCase('takes the newer of two commits at one position', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(1)]);
    await store.recordConfirmed(LOG, [{ position: 1, commitId: 'after a restore' }]);
    const [found] = await store.confirmedBetween(LOG, 0, 1);
    equal(found?.commitId, 'after a restore', 'the commit id');
  }),

  confirmationsCase('keeps logs apart', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(1)]);
    equal((await store.confirmedBetween(OTHER_LOG, 0, 10)).length, 0, 'found in another log');
    await store.pruneConfirmed(OTHER_LOG, 10);
    await finds(store, [0, 10], [1]);
  }),

  confirmationsCase('keeps relays apart', async ({ store }) => {
    const other = { ...LOG, relay: 'to another bus' };
    await store.recordConfirmed(LOG, [at(1)]);
    equal((await store.confirmedBetween(other, 0, 10)).length, 0, 'found for another relay');
    await store.pruneConfirmed(other, 10);
    await finds(store, [0, 10], [1]);
  }),

  confirmationsCase('forgets up to and including a position, and nothing behind it', async ({ store }) => {
    await store.recordConfirmed(LOG, [at(1), at(2), at(3)]);
    await store.pruneConfirmed(LOG, 2);
    await finds(store, [0, 10], [3]);
    await store.recordConfirmed(LOG, [at(1)]);
    await finds(store, [0, 10], [1, 3]);
  }),

  confirmationsCase('takes as many as an outage leaves', async ({ store }) => {
    const many = Array.from({ length: 5_000 }, (_, i) => at(i + 1));
    await store.recordConfirmed(LOG, many);
    equal((await store.confirmedBetween(LOG, 0, 5_000)).length, 5_000, 'found');
    equal((await store.confirmedBetween(LOG, 0, Number.MAX_SAFE_INTEGER)).length, 5_000, 'found to the end');
  }),

  confirmationsCase(
    'finds what another instance has recorded',
    async ({ store, second }) => {
      const other = await second();
      await other.recordConfirmed(LOG, [at(4)]);
      await finds(store, [0, 10], [4]);
      await store.pruneConfirmed(LOG, 4);
      await finds(other, [0, 10], []);
    },
    'second',
  ),
];

type Bench = Required<Omit<OpenedConfirmations, 'dispose'>>;

function confirmationsCase(
  name: string,
  work: (bench: Bench) => Promise<void>,
  ...needs: readonly 'second'[]
): ContractCase<ConfirmationsHarness> {
  return openedCase(name, needs, (opened) => work(opened as Bench));
}

function at(position: number) {
  return { position, commitId: `commit-${position}` };
}

async function finds(
  store: Confirmations,
  [after, upTo]: readonly [number, number],
  expected: readonly number[],
): Promise<void> {
  const found = await store.confirmedBetween(LOG, after, upTo);
  const positions = found.map(({ position }) => position).join(', ');
  equal(positions, expected.join(', '), `confirmed behind ${after}, up to ${upTo}`);
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected))
    throw new Error(`${what}: expected ${String(expected)}, got ${String(actual)}`);
}
