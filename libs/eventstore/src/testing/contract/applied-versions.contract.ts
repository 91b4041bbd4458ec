import type { StreamName } from '../../log/stream-name.js';
import type { Applied, AppliedVersions } from '../../processor/feed/applied-versions.js';
import { equal, ok } from './check.js';
import {
  LOG,
  ORDERS,
  processorStoreCase,
  type ProcessorStore,
  type ProcessorStoreCase,
} from './processor-store/harness.js';

type Store = ProcessorStore<unknown> & AppliedVersions<unknown>;

function applied(upTo: number, versions: Readonly<Record<StreamName, number>>): Applied {
  return { upTo, versions: new Map(Object.entries(versions)) };
}

async function save(store: Store, what: Applied, processor = ORDERS): Promise<void> {
  await store.transaction(processor, (tx) => store.saveApplied(tx, processor, what));
}

async function loaded(store: Store, streams: readonly StreamName[], processor = ORDERS): Promise<unknown> {
  return Object.fromEntries(await store.loadApplied(processor, streams));
}

function appliedCase(name: string, work: (store: Store) => Promise<void>): ProcessorStoreCase {
  return processorStoreCase(name, async ({ store }) => {
    ok('saveApplied' in store, 'The store keeps no applied versions: leave this contract out');
    await work(store as Store);
  });
}

const PAGE = 3;

/** The rules of `AppliedVersions`. */
export const appliedVersionsContract: readonly ProcessorStoreCase[] = [
  appliedCase('tells versions that are kept from none that ever were', async (store) => {
    equal(await store.appliedUpTo(ORDERS), undefined, 'up to, before the first');
    equal(await loaded(store, ['order-1']), {}, 'versions, before the first');
    await save(store, applied(0, {}));
    equal(await store.appliedUpTo(ORDERS), 0, 'up to, at the beginning of the log');
  }),

  appliedCase('gives the versions of the streams that are asked for, and of no others', async (store) => {
    await save(store, applied(7, { 'order-1': 3, 'order-ä😀': 1, 'order-10': 12, 'order-\'"%_': 4 }));
    const asked = ['order-1', 'order-ä😀', 'order-\'"%_', 'order-9'];
    equal(await loaded(store, asked), { 'order-1': 3, 'order-ä😀': 1, 'order-\'"%_': 4 }, 'the versions');
    equal(await loaded(store, []), {}, 'of no streams');
    equal(await store.appliedUpTo(ORDERS), 7, 'up to');
  }),

  appliedCase('keeps versions with the transaction that they belong to', async (store) => {
    const failure = new Error('no');
    await store
      .transaction(ORDERS, async (tx) => {
        await store.saveApplied(tx, ORDERS, applied(2, { 'order-1': 2 }));
        throw failure;
      })
      .catch((error: unknown) => {
        if (error !== failure) throw error;
      });
    equal(await store.appliedUpTo(ORDERS), undefined, 'up to, after a rollback');
    equal(await loaded(store, ['order-1']), {}, 'versions, after a rollback');
  }),

  appliedCase('raises a version and never lowers it', async (store) => {
    await save(store, applied(1, { 'order-1': 5, 'order-2': 1 }));
    await save(store, applied(2, { 'order-1': 3, 'order-2': 2 }));
    equal(await loaded(store, ['order-1', 'order-2']), { 'order-1': 5, 'order-2': 2 }, 'the versions');
    equal(await store.appliedUpTo(ORDERS), 2, 'up to');
  }),

  appliedCase('keeps the versions of processors apart', async (store) => {
    await store.ensureRow('orders@1', LOG);
    await save(store, applied(4, { 'order-1': 4 }));
    await save(store, applied(2, { 'order-1': 2, 'order-2': 1 }), 'orders@1');
    equal(await loaded(store, ['order-1', 'order-2']), { 'order-1': 4 }, 'of the one');
    equal(
      await loaded(store, ['order-1', 'order-2'], 'orders@1'),
      { 'order-1': 2, 'order-2': 1 },
      'of the other',
    );
    equal([await store.appliedUpTo(ORDERS), await store.appliedUpTo('orders@1')], [4, 2], 'up to');
    equal(await store.listApplied('orders@1', { limit: 1 }), [{ stream: 'order-1', version: 2 }], 'listed');
  }),

  appliedCase('lists all versions page by page, each once', async (store) => {
    const streams = Array.from({ length: 2 * PAGE + 1 }, (_, i) => [`order-${i * 7}`, i + 1] as const);
    await save(store, applied(9, Object.fromEntries(streams)));
    const listed: unknown[] = [];
    for (let after = ''; ;) {
      const page = await store.listApplied(ORDERS, { after, limit: PAGE });
      listed.push(...page.map(({ stream, version }) => [stream, version]));
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      after = last.stream;
    }
    const sorted = (pairs: readonly unknown[]): string[] => pairs.map((pair) => JSON.stringify(pair)).sort();
    equal(sorted(listed), sorted(streams), 'listed');
  }),
];
