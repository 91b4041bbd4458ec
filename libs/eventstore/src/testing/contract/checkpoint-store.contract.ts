import { equal, ok } from './check.js';
import {
  loaded,
  LOG,
  markAt,
  ORDERS,
  processorStoreCase,
  seen,
  step,
  taken,
  type ProcessorStoreBench,
  type ProcessorStoreCase,
} from './processor-store/harness.js';

/** Starts one transaction that does `work` and then fails with `failure`. */
async function failing(
  { store }: ProcessorStoreBench,
  failure: Error,
  work: (tx: unknown) => unknown,
): Promise<void> {
  const transaction = store.transaction(ORDERS, async (tx) => {
    await work(tx);
    throw failure;
  });
  const reason = await transaction.then(
    () => undefined,
    (error: unknown) => error,
  );
  ok(reason === failure, `a transaction that threw was answered with ${String(reason)}`);
}

/** The rules of `CheckpointStore`. */
export const checkpointStoreContract: readonly ProcessorStoreCase[] = [
  processorStoreCase('has no checkpoint of a processor that it does not know', async ({ store }) => {
    equal(await store.load('orders@3'), undefined, 'the checkpoint');
  }),

  processorStoreCase('begins at position 0 of the log', async ({ store }) => {
    const { token, ...checkpoint } = await loaded(store);
    equal(checkpoint, { logId: LOG, position: 0 }, 'the checkpoint');
    ok(Number.isSafeInteger(token), `the token is ${token}`);
  }),

  processorStoreCase('begins where it is told to, in one write', async ({ store }) => {
    await store.ensureRow('reactor', LOG, { position: 7, mark: markAt(7) });
    const { token: _, ...checkpoint } = await loaded(store, 'reactor');
    equal(checkpoint, { logId: LOG, position: 7, mark: markAt(7) }, 'the checkpoint');
  }),

  processorStoreCase('leaves a row alone that is there already', async (bench) => {
    const { store } = bench;
    await taken(store, 'ann');
    await step(bench, await loaded(store), 7);
    const before = [await loaded(store), await seen(store)];
    await store.ensureRow(ORDERS, 'log-b');
    equal([await loaded(store), await seen(store)], before, 'the row');
  }),

  processorStoreCase('makes rows and checkpoint visible together', async (bench) => {
    const { store, read } = bench;
    ok(await step(bench, await loaded(store), 7), 'the step was refused');
    const { token, ...checkpoint } = await loaded(store);
    equal(checkpoint, { logId: LOG, position: 7, mark: markAt(7) }, 'the checkpoint');
    equal(await read('row'), 'at 7', 'the row');
    const withId = { ...markAt(8), commitId: 'ä😀' };
    await store.transaction(ORDERS, (tx) =>
      store.save(tx, ORDERS, { ...checkpoint, token }, { logId: LOG, position: 8, mark: withId }),
    );
    equal((await loaded(store)).mark, withId, 'a mark with a commit id');
  }),

  processorStoreCase('keeps neither rows nor checkpoint of a transaction that fails', async (bench) => {
    const { store, write, read } = bench;
    const from = await loaded(store);
    await failing(bench, new Error('no'), async (tx) => {
      await write(tx, 'row', 'x');
      ok(await store.save(tx, ORDERS, from, { logId: LOG, position: 7, mark: markAt(7) }), 'a good save');
    });
    equal([await loaded(store), await read('row')], [from, undefined], 'checkpoint and row');
    ok(await step(bench, from, 3), 'the step after a failed one');
  }),

  processorStoreCase('rolls back when the work throws at once', async ({ store, write, read }) => {
    const failure = new Error('no');
    const transaction = async () =>
      store.transaction(ORDERS, (tx) => {
        void write(tx, 'row', 'x');
        throw failure;
      });
    const reason: unknown = await transaction().catch((error: unknown) => error);
    ok(reason === failure, `it was answered with ${String(reason)}`);
    equal(await read('row'), undefined, 'the row');
  }),

  processorStoreCase('answers with what the work in the transaction has answered', async ({ store }) => {
    equal(await store.transaction(ORDERS, () => 42), 42, 'at once');
    equal(await store.transaction(ORDERS, async () => 'later'), 'later', 'after a while');
  }),

  processorStoreCase('holds the transaction open until the work is done', async (bench) => {
    const { store, write, read } = bench;
    const from = await loaded(store);
    await failing(bench, new Error('no'), async (tx) => {
      await write(tx, 'early', 'x');
      await turn();
      await write(tx, 'late', 'x');
      await turn();
      await store.save(tx, ORDERS, from, { logId: LOG, position: 7 });
    });
    equal([await read('early'), await read('late')], [undefined, undefined], 'rows of a failed transaction');
    await store.transaction(ORDERS, async (tx) => {
      await turn();
      await write(tx, 'late', 'y');
    });
    equal(await read('late'), 'y', 'a row that was written after a while');
  }),

  processorStoreCase('shows nobody a transaction that is not over', async (bench) => {
    const { store, write, read } = bench;
    const from = await loaded(store);
    let over = false;
    const written = Promise.withResolvers<undefined>();
    // From outside: a store may refuse to be asked by the transaction that it would have to wait for.
    const looking = written.promise
      .then(() => Promise.all([store.load(ORDERS), read('row')]))
      .then((found): unknown[] => (over ? [] : found));
    await failing(bench, new Error('no'), async (tx) => {
      await write(tx, 'row', 'x');
      await store.save(tx, ORDERS, from, { logId: LOG, position: 7, mark: markAt(7) });
      written.resolve(undefined);
      // A store that makes readers wait for the transaction keeps the rule as well, so nobody waits for them here.
      for (let i = 0; i < 5; i++) await turn();
      over = true;
    });
    const found = await looking;
    if (found.length > 0) equal(found, [from, undefined], 'what was seen from outside');
  }),

  processorStoreCase('saves only from where the checkpoint stands', async (bench) => {
    const { store, read } = bench;
    const start = await loaded(store);
    await step(bench, start, 7);
    ok(!(await step(bench, start, 9)), 'a save from a position that was left');
    const now = await loaded(store);
    ok(!(await step(bench, { ...now, position: 8 }, 9)), 'a save from a position that was never reached');
    ok(!(await step(bench, { ...now, logId: 'log-b' }, 9)), 'a save from another log');
    equal([(await loaded(store)).position, await read('row')], [7, 'at 7'], 'position and row');
  }),

  processorStoreCase('saves only with the token that the row has', async (bench) => {
    const { store } = bench;
    const start = await loaded(store);
    await taken(store, 'ann');
    ok(!(await step(bench, start, 7)), 'a save with the token before');
    const now = await loaded(store);
    ok(!(await step(bench, { ...now, token: now.token + 1 }, 7)), 'a save with a token to come');
    ok(await step(bench, now, 7), 'a save with the token of the row');
  }),

  processorStoreCase('saves nothing for a processor that it does not know', async ({ store }) => {
    const from = { logId: LOG, position: 0, token: 0 };
    const saved = await store.transaction('orders@3', (tx) =>
      store.save(tx, 'orders@3', from, { logId: LOG, position: 1 }),
    );
    equal(saved, false, 'the answer');
    equal(await store.load('orders@3'), undefined, 'the checkpoint');
  }),

  processorStoreCase('lets one of many concurrent steps from one checkpoint win', async (bench) => {
    const from = await loaded(bench.store);
    const steps = await Promise.all([1, 2, 3, 4, 5].map((position) => step(bench, from, position)));
    equal(steps.filter(Boolean).length, 1, 'steps that won');
    const { position } = await loaded(bench.store);
    equal([steps[position - 1], await bench.read('row')], [true, `at ${position}`], 'the winner’s row');
  }),

  processorStoreCase(
    'lets one of two instances win a step from one checkpoint',
    async (bench) => {
      const other = { ...bench, store: await bench.second() };
      for (const round of [1, 2, 3, 4, 5]) {
        const from = await loaded(bench.store);
        const to = [from.position + 1, from.position + 2] as const;
        const steps = await Promise.all([step(bench, from, to[0]), step(other, from, to[1])]);
        equal(steps.filter(Boolean).length, 1, `steps that won in round ${round}`);
        const { position } = await loaded(other.store);
        equal(
          [steps[to.indexOf(position)], await bench.read('row')],
          [true, `at ${position}`],
          'the winner’s row',
        );
      }
    },
    'second',
  ),

  processorStoreCase('keeps processors apart', async (bench) => {
    const { store } = bench;
    await store.ensureRow('orders@1', LOG);
    const before = await loaded(store, 'orders@1');
    await step(bench, await loaded(store), 7);
    equal(await loaded(store, 'orders@1'), before, 'the other checkpoint');
  }),
];

/** One turn of the event loop, as any real wait inside a handler takes. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
