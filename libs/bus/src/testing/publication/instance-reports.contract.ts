import { openedCase, type ContractCase } from '@varve/eventstore/testing';
import type { InstanceReport, InstanceReports } from '../../index.js';

/** How `instanceReportsContract` gets at an adapter. */
export interface InstanceReportsHarness {
  /** Knows no instance yet. */
  open(): Promise<OpenedInstanceReports>;
  /** What `open()` does not give, and why. */
  readonly lacks?: Readonly<Partial<Record<'second', string>>>;
}

/** What an `InstanceReportsHarness` opens for one case: a store, and how to look at it from elsewhere. */
export interface OpenedInstanceReports {
  readonly store: InstanceReports;
  /** One more store on the same database, as another process has it. */
  second?(): Promise<InstanceReports>;
  dispose(): Promise<void>;
}

const HERE = { relay: 'relay', logId: 'log-a' };

/** The rules of `InstanceReports`. */
export const instanceReportsContract: readonly ContractCase<InstanceReportsHarness>[] = [
  reportsCase('gives back all that an instance has said', async ({ store }) => {
    const all: InstanceReport = {
      ...reportOf('a "quoted" name, and ✓', 3),
      twoPhase: {
        prepared: 1,
        deciding: 2,
        committed: 3,
        rolledBack: 4,
        leftInDoubt: 5,
        leftToSweep: 6,
        toRecord: 7,
      },
      lastError: {
        code: 'broker-unavailable',
        message: 'The broker is down.',
        at: new Date('2026-01-31T11:00:00Z'),
      },
    };
    await store.recordInstance(HERE, all);
    same(await store.listInstances(HERE), [all]);
  }),

  reportsCase('keeps the newest of an instance, whole', async ({ store }) => {
    await store.recordInstance(HERE, {
      ...reportOf('one', 1),
      lastError: { code: 'a', message: 'b', at: new Date(0) },
    });
    await store.recordInstance(HERE, reportOf('one', 2));
    same(await store.listInstances(HERE), [reportOf('one', 2)]);
  }),

  reportsCase('lists instances in the order of their names', async ({ store }) => {
    for (const name of ['two', 'one', 'three']) await store.recordInstance(HERE, reportOf(name, 1));
    same(
      await store.listInstances(HERE),
      ['one', 'three', 'two'].map((name) => reportOf(name, 1)),
    );
  }),

  reportsCase('forgets one instance and no other', async ({ store }) => {
    for (const name of ['one', 'two']) await store.recordInstance(HERE, reportOf(name, 1));
    await store.forgetInstance(HERE, 'one');
    await store.forgetInstance(HERE, 'nobody');
    same(await store.listInstances(HERE), [reportOf('two', 1)]);
  }),

  ...(['relay', 'logId'] as const).map((part) =>
    reportsCase(`keeps instances of another ${part} apart`, async ({ store }) => {
      const elsewhere = { ...HERE, [part]: 'another' };
      await store.recordInstance(HERE, reportOf('one', 1));
      same(await store.listInstances(elsewhere), []);
      await store.forgetInstance(elsewhere, 'one');
      same(await store.listInstances(HERE), [reportOf('one', 1)]);
    }),
  ),

  reportsCase(
    'lists what another instance has said',
    async ({ store, second }) => {
      const other = await second();
      await other.recordInstance(HERE, reportOf('other', 1));
      same(await store.listInstances(HERE), [reportOf('other', 1)]);
    },
    'second',
  ),
];

type Bench = Required<Omit<OpenedInstanceReports, 'dispose'>>;

function reportsCase(
  name: string,
  work: (bench: Bench) => Promise<void>,
  ...needs: readonly 'second'[]
): ContractCase<InstanceReportsHarness> {
  return openedCase(name, needs, (opened) => work(opened as Bench));
}

function reportOf(instance: string, swept: number): InstanceReport {
  const at = new Date('2026-01-31T12:00:00.125Z');
  const relay = { state: 'caught-up', relayed: 12, swept, unconfirmed: 1 } as const;
  return { instance, at, relay, commitsPerSecond: 17 };
}

/** Dates included: as text they are the same only if they are dates on both sides. */
function same(actual: readonly InstanceReport[], expected: readonly InstanceReport[]): void {
  const [found, wanted] = [actual, expected].map((each) => JSON.stringify(each.map(ordered)));
  if (found !== wanted) throw new Error(`expected ${wanted}, got ${found}`);
}

function ordered({ instance, at, relay, twoPhase, commitsPerSecond, lastError }: InstanceReport): unknown {
  const { code, message } = lastError ?? {};
  const { state, relayed, swept, unconfirmed } = relay;
  return [
    [instance, at.toISOString(), commitsPerSecond],
    [state, relayed, swept, unconfirmed],
    twoPhase && Object.entries(twoPhase).sort(([one], [other]) => (one < other ? -1 : 1)),
    lastError && [code, message, lastError.at.toISOString()],
  ];
}
