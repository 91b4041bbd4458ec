import { equal, ok } from './check.js';
import {
  loaded,
  LOG,
  ORDERS,
  processorStoreCase,
  seen,
  step,
  taken,
  type ProcessorStoreCase,
} from './processor-store/harness.js';

/** The rules of `LeaseStore`. */
export const leaseStoreContract: readonly ProcessorStoreCase[] = [
  processorStoreCase('begins with a row that nobody holds', async ({ store }) => {
    const { owner, state, reason } = await seen(store);
    equal([owner, state, reason], [undefined, 'active', undefined], 'owner, state and reason');
    equal((await seen(store)).token, (await loaded(store)).token, 'the token of lease and checkpoint');
    equal(await store.readLease('orders@3'), undefined, 'the row of a processor that nobody knows');
  }),

  processorStoreCase(
    'raises the token when the lease is acquired, in the checkpoint as well',
    async (bench) => {
      const { store } = bench;
      const before = await seen(store);
      const lease = await taken(store, 'ann');
      equal(lease, { processor: ORDERS, owner: 'ann', token: lease.token }, 'the lease');
      ok(lease.token > before.token, `the token went from ${before.token} to ${lease.token}`);
      const row = await seen(store);
      equal([row.owner, row.token], ['ann', lease.token], 'the row');
      equal((await loaded(store)).token, lease.token, 'the token of the checkpoint');
    },
  ),

  processorStoreCase('gives the lease only to who has seen the row as it is', async (bench) => {
    const { store } = bench;
    const before = await seen(store);
    await taken(store, 'ann');
    equal(await store.acquire(ORDERS, 'bob', before), undefined, 'after another has acquired it');
    equal((await seen(store)).owner, 'ann', 'the owner');
    equal(await store.acquire('orders@3', 'bob', before), undefined, 'for a processor that nobody knows');
  }),

  processorStoreCase('gives the lease to one of many who want it at once', async ({ store }) => {
    const before = await seen(store);
    const owners = ['ann', 'bob', 'cid', 'dee'];
    const leases = await Promise.all(owners.map((owner) => store.acquire(ORDERS, owner, before)));
    const winners = leases.filter((lease) => lease !== undefined);
    equal(winners.length, 1, 'leases given');
    const row = await seen(store);
    equal([row.owner, row.token], [winners[0]?.owner, winners[0]?.token], 'the row');
  }),

  processorStoreCase(
    'gives the lease to one of two instances that want it at once',
    async ({ store, second }) => {
      const other = await second();
      for (const round of [1, 2, 3, 4, 5]) {
        const before = await seen(store);
        const attempts = [store.acquire(ORDERS, 'ann', before), other.acquire(ORDERS, 'bob', before)];
        const winners = (await Promise.all(attempts)).filter((lease) => lease !== undefined);
        equal(winners.length, 1, `leases given in round ${round}`);
        equal((await other.readLease(ORDERS))?.owner, winners[0]?.owner, 'the owner');
      }
    },
    'second',
  ),

  processorStoreCase('raises the heartbeat when the lease is renewed', async ({ store }) => {
    const lease = await taken(store, 'ann');
    const before = await seen(store);
    equal(await store.renew(lease), true, 'the renewal');
    const row = await seen(store);
    ok(row.heartbeat > before.heartbeat, `the heartbeat went from ${before.heartbeat} to ${row.heartbeat}`);
    equal([row.owner, row.token], ['ann', lease.token], 'owner and token');
    equal(await store.acquire(ORDERS, 'bob', before), undefined, 'a challenger who has missed a heartbeat');
  }),

  processorStoreCase('raises the heartbeat when a checkpoint is saved', async (bench) => {
    const { store } = bench;
    await taken(store, 'ann');
    const before = await seen(store);
    ok(await step(bench, await loaded(store), 7), 'the step was refused');
    ok((await seen(store)).heartbeat > before.heartbeat, 'the heartbeat did not rise');
    equal(await store.acquire(ORDERS, 'bob', before), undefined, 'a challenger who has missed a checkpoint');
  }),

  processorStoreCase('lets a challenger take over, and the old holder do nothing more', async (bench) => {
    const { store, read } = bench;
    const old = await taken(store, 'ann');
    const sleeper = await loaded(store);
    const young = await taken(store, 'bob');
    equal(await store.renew(old), false, 'the renewal by the old holder');
    ok(!(await step(bench, sleeper, 7)), 'the step of the old holder');
    equal(await read('row'), undefined, 'the row of the old holder');
    await store.release(old);
    const row = await seen(store);
    equal([row.owner, row.token], ['bob', young.token], 'the row after the old holder released');
    equal(await store.renew(young), true, 'the renewal by the new holder');
  }),

  processorStoreCase('tells apart two leases of one owner by their tokens', async (bench) => {
    const { store } = bench;
    const old = await taken(store, 'ann');
    const young = await taken(store, 'ann');
    ok(young.token > old.token, 'the token did not rise');
    equal(await store.renew(old), false, 'the renewal of the first lease');
    await store.release(old);
    equal((await seen(store)).owner, 'ann', 'the owner after the first lease was released');
  }),

  processorStoreCase('shows at once that a lease was given back', async ({ store }) => {
    const lease = await taken(store, 'ann');
    await store.release(lease);
    equal((await seen(store)).owner, undefined, 'the owner');
    equal(await store.renew(lease), false, 'the renewal of a lease that was given back');
    await store.release(lease);
    equal((await taken(store, 'bob')).owner, 'bob', 'the next owner');
  }),

  ...(['paused', 'stopped'] as const).map((state) =>
    processorStoreCase(`takes the lease from its holder when the processor is ${state}`, async (bench) => {
      const { store } = bench;
      const lease = await taken(store, 'ann');
      const from = await loaded(store);
      await store.setState(ORDERS, state, 'because');
      const row = await seen(store);
      equal([row.state, row.reason, row.owner], [state, 'because', undefined], 'state, reason and owner');
      ok(row.token > lease.token, 'the token did not rise');
      ok(!(await step(bench, from, 7)), 'the step of who held it');
      equal(await store.renew(lease), false, 'the renewal');
      equal(await store.acquire(ORDERS, 'bob', row), undefined, `acquiring it while it is ${state}`);
    }),
  ),

  processorStoreCase('can be acquired again when the processor is resumed', async (bench) => {
    const { store } = bench;
    await store.setState(ORDERS, 'stopped', 'because');
    const stopped = await seen(store);
    await store.setState(ORDERS, 'active');
    const row = await seen(store);
    equal([row.state, row.reason], ['active', undefined], 'state and reason');
    ok(row.token > stopped.token, 'the token did not rise');
    equal(await store.acquire(ORDERS, 'bob', stopped), undefined, 'acquiring what was seen before');
    await taken(store, 'bob');
    ok(await step(bench, await loaded(store), 7), 'the step of who holds it now');
  }),

  processorStoreCase('keeps the leases of processors apart', async ({ store }) => {
    await store.ensureRow('orders@1', LOG);
    const before = await seen(store, 'orders@1');
    const lease = await taken(store, 'ann');
    equal(await store.renew({ ...lease, processor: 'orders@1' }), false, 'a lease of another processor');
    await store.setState(ORDERS, 'paused');
    equal(await seen(store, 'orders@1'), before, 'the other row');
  }),
];
