import type { ParkedSequence, SkippedCommits } from '../../processor/parking/parked-sequences.js';
import { equal } from './check.js';
import {
  LOG,
  ORDERS,
  processorStoreCase,
  type ProcessorStore,
  type ProcessorStoreBench,
  type ProcessorStoreCase,
} from './processor-store/harness.js';

const PARKED: ParkedSequence = {
  stream: 'order-17',
  nextVersion: 3,
  position: 40,
  attempts: 6,
  errorCode: 'projection-failed',
  errorMessage: 'no such table: "ä😀"\nat line 2',
  parkedAt: new Date('2026-03-01T10:00:00.123Z'),
};

const SKIPPED: SkippedCommits = {
  stream: 'order-17',
  firstVersion: 3,
  lastVersion: 9,
  reason: 'discarded by ann: "duplicate"',
  at: new Date('2026-03-01T10:00:00.123Z'),
};

type Store = ProcessorStore<unknown>;

async function park(store: Store, parked: ParkedSequence = PARKED, processor = ORDERS): Promise<void> {
  await store.transaction(processor, (tx) => store.park(tx, processor, parked));
}

async function parkedIn(store: Store, processor = ORDERS): Promise<ParkedSequence[]> {
  const parked = await store.listParked(processor);
  return [...parked].sort((a, b) => a.position - b.position);
}

/** Does the work in a transaction that fails afterwards. */
async function inVain(store: Store, work: (tx: unknown) => unknown): Promise<void> {
  const failure = new Error('no');
  await store
    .transaction(ORDERS, async (tx) => {
      await work(tx);
      throw failure;
    })
    .catch((error: unknown) => {
      if (error !== failure) throw error;
    });
}

function parkingCase(name: string, work: (bench: ProcessorStoreBench) => Promise<void>): ProcessorStoreCase {
  return processorStoreCase(name, work, 'parking');
}

/** The rules of `ParkedSequences`. */
export const parkedSequencesContract: readonly ProcessorStoreCase[] = [
  processorStoreCase('begins with nothing parked and nothing skipped', async ({ store }) => {
    equal(await store.listParked(ORDERS), [], 'parked');
    equal(await store.listSkipped(ORDERS), [], 'skipped');
  }),

  parkingCase('gives back a parked sequence as it was parked', async ({ store }) => {
    const other = { ...PARKED, stream: 'order-ä😀', position: 41 };
    await park(store);
    await park(store, other);
    equal(await parkedIn(store), [PARKED, other], 'parked');
  }),

  parkingCase('parks and unparks with the transaction that it belongs to', async ({ store }) => {
    await inVain(store, (tx) => store.park(tx, ORDERS, PARKED));
    equal(await parkedIn(store), [], 'after a park that was rolled back');
    await park(store);
    await inVain(store, (tx) => store.unpark(tx, ORDERS, PARKED.stream));
    equal(await parkedIn(store), [PARKED], 'after an unpark that was rolled back');
    await store.transaction(ORDERS, (tx) => store.unpark(tx, ORDERS, PARKED.stream));
    equal(await parkedIn(store), [], 'after an unpark');
    await store.transaction(ORDERS, (tx) => store.unpark(tx, ORDERS, PARKED.stream));
  }),

  parkingCase('has one row for a stream: parking it again replaces the row', async ({ store }) => {
    await park(store);
    await store.request(ORDERS, PARKED.stream, 'retry');
    const again = { ...PARKED, nextVersion: 5, position: 44, attempts: 12, errorMessage: 'still' };
    await park(store, again);
    equal(await parkedIn(store), [again], 'parked');
  }),

  parkingCase('leaves a request in the row of a stream that is parked', async ({ store }) => {
    equal(await store.request(ORDERS, PARKED.stream, 'retry'), false, 'a request before it is parked');
    equal(await parkedIn(store), [], 'parked');
    await park(store);
    equal(await store.request(ORDERS, PARKED.stream, 'retry'), true, 'a request');
    equal(await parkedIn(store), [{ ...PARKED, request: 'retry' }], 'parked');
    equal(await store.request(ORDERS, PARKED.stream, 'discard'), true, 'another request');
    equal(await parkedIn(store), [{ ...PARKED, request: 'discard' }], 'parked');
    equal(await store.request(ORDERS, 'order-1', 'retry'), false, 'a request for another stream');
  }),

  parkingCase('finds the first that a request is left in, by position', async ({ store }) => {
    equal(await store.findRequested(ORDERS), undefined, 'where nothing is parked');
    const [first, last] = [
      { ...PARKED, stream: 'order-2' },
      { ...PARKED, stream: 'order-1', position: 41 },
    ];
    await park(store, last);
    await park(store, first);
    await park(store, { ...PARKED, stream: 'order-3', position: 1 });
    equal(await store.findRequested(ORDERS), undefined, 'where nobody has asked');
    await store.request(ORDERS, last.stream, 'discard');
    equal(await store.findRequested(ORDERS), { ...last, request: 'discard' }, 'the only one');
    await store.request(ORDERS, first.stream, 'retry');
    equal(await store.findRequested(ORDERS), { ...first, request: 'retry' }, 'the first of two');
    await park(store, first);
    equal(
      await store.findRequested(ORDERS),
      { ...last, request: 'discard' },
      'when the first is parked again',
    );
    await store.ensureRow('orders@1', LOG);
    equal(await store.findRequested('orders@1'), undefined, 'asked of the other');
  }),

  processorStoreCase(
    'records what was skipped, with the transaction that it belongs to',
    async ({ store }) => {
      await inVain(store, (tx) => store.recordSkipped(tx, ORDERS, SKIPPED));
      equal(await store.listSkipped(ORDERS), [], 'after a record that was rolled back');
      const later = { ...SKIPPED, firstVersion: 10, lastVersion: 10, reason: 'by policy' };
      for (const skipped of [SKIPPED, later]) {
        await store.transaction(ORDERS, (tx) => store.recordSkipped(tx, ORDERS, skipped));
      }
      const skipped = [...(await store.listSkipped(ORDERS))];
      equal(
        skipped.sort((a, b) => a.firstVersion - b.firstVersion),
        [SKIPPED, later],
        'skipped',
      );
    },
  ),

  parkingCase('lists the row of one stream where one is asked for', async ({ store }) => {
    const longer = { ...PARKED, stream: `${PARKED.stream}0`, position: 41 };
    await park(store);
    await park(store, longer);
    equal(await store.listParked(ORDERS, PARKED.stream), [PARKED], 'of one stream');
    equal(await store.listParked(ORDERS, longer.stream), [longer], 'of the other');
    equal(await store.listParked(ORDERS, 'order-1'), [], 'of a stream that is not parked');
    await store.ensureRow('orders@1', LOG);
    equal(await store.listParked('orders@1', PARKED.stream), [], 'of another processor');
  }),

  parkingCase('keeps what processors have parked apart', async ({ store }) => {
    await store.ensureRow('orders@1', LOG);
    await park(store);
    equal(await parkedIn(store, 'orders@1'), [], 'parked by the other');
    equal(await store.request('orders@1', PARKED.stream, 'retry'), false, 'a request to the other');
    await park(store, { ...PARKED, attempts: 1 }, 'orders@1');
    await store.transaction('orders@1', (tx) => store.unpark(tx, 'orders@1', PARKED.stream));
    equal(await parkedIn(store), [PARKED], 'parked');
  }),

  processorStoreCase('keeps what processors have skipped apart', async ({ store }) => {
    await store.ensureRow('orders@1', LOG);
    await store.transaction(ORDERS, (tx) => store.recordSkipped(tx, ORDERS, SKIPPED));
    equal(await store.listSkipped('orders@1'), [], 'skipped by the other');
    equal(await store.listSkipped(ORDERS), [SKIPPED], 'skipped');
  }),
];
