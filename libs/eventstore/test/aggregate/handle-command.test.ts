import { describe, expect, test } from 'vitest';
import {
  handleCommand,
  runWithContext,
  SnapshotKeeper,
  SnapshotStrategy,
  type EventStore,
  type HandleCommandOptions,
  type SnapshotStore,
} from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { all } from './all.js';
import { asAccount, orderDecider, registry, type Account, type PayOrder } from './order.js';
import { beforeFirstRead, UnreliableStore } from './unreliable-store.js';

const place = (amount: number): PayOrder => ({ type: 'place', amount });
const pay = (amount: number): PayOrder => ({ type: 'pay', amount });

function handle(store: EventStore, command: PayOrder, options: HandleCommandOptions = {}) {
  const target = { stream: 'order-1', decider: orderDecider, registry };
  return handleCommand(store, target, command, {
    ...options,
    backoff: { wait: () => Promise.resolve(), ...options.backoff },
  });
}

test('decides on what the stream tells, and appends what follows', async () => {
  const store = new InMemoryEventStore();
  expect(await handle(store, place(100))).toMatchObject({ outcome: 'appended', commit: { firstVersion: 1 } });
  expect(await handle(store, pay(100))).toMatchObject({ outcome: 'appended', commit: { firstVersion: 2 } });
  expect(await handle(store, place(100))).toStrictEqual({ outcome: 'nothing', version: 2 });
  await expect(handle(store, pay(1))).rejects.toMatchObject({ code: 'domain-rule-violated' });
  expect(await store.head()).toBe(2);
});

test('puts context and metadata onto the events, and takes the time', async () => {
  const store = new InMemoryEventStore();
  const at = new Date('2018-05-01T10:00:00Z');
  await runWithContext({ correlationId: 'req-1' }, () =>
    handle(store, place(1), { at, metadata: { actor: 'ana' } }),
  );
  const [event] = await all(store.readStream('order-1'));
  expect(event).toMatchObject({ at, metadata: { correlationId: 'req-1', actor: 'ana' } });
});

test('passes over reserved events', async () => {
  const store = new InMemoryEventStore();
  await handle(store, place(100));
  await store.closeStream('order-1', 1);
  await expect(handle(store, pay(1))).rejects.toMatchObject({ code: 'stream-closed', version: 2 });
});

describe('a conflict', () => {
  test('is decided again, under the same commit id', async () => {
    const store = new UnreliableStore();
    await handle(store, place(100));
    const rival = new InMemoryEventStore({ log: store.log });
    store.beforeAppend = () => {
      store.beforeAppend = () => undefined;
      return handle(rival, pay(30));
    };
    expect(await handle(store, pay(70))).toMatchObject({ outcome: 'appended', commit: { firstVersion: 3 } });
    expect(new Set(store.commitIds.slice(1)).size).toBe(1);
    await expect(handle(store, pay(1))).rejects.toMatchObject({ code: 'domain-rule-violated' });
  });

  test('is an error after the last retry', async () => {
    const store = new UnreliableStore();
    await handle(store, place(1_000));
    const rival = new InMemoryEventStore({ log: store.log });
    store.beforeAppend = () => handle(rival, pay(1));
    const handling = handle(store, pay(1), { backoff: { retries: 2 } });
    await expect(handling).rejects.toMatchObject({ code: 'concurrency-conflict' });
    expect(store.appends).toBe(4);
  });

  test('with what the caller expects is not decided again', async () => {
    const store = new UnreliableStore();
    await handle(store, place(100));
    await expect(handle(store, pay(1), { expected: 0 })).rejects.toMatchObject({
      code: 'concurrency-conflict',
      actual: 1,
    });
    expect(store.appends).toBe(1);
  });
});

describe('a commit id', () => {
  test('gives a retried command its first result: a paid order is not told that it is paid already', async () => {
    const store = new InMemoryEventStore();
    await handle(store, place(100));
    const first = await handle(store, pay(100), { commitId: 'pay-1' });
    expect(await handle(store, pay(100), { commitId: 'pay-1' })).toStrictEqual({
      ...first,
      outcome: 'repeated',
    });
    await expect(handle(store, pay(100), { commitId: 'pay-2' })).rejects.toMatchObject({
      code: 'domain-rule-violated',
    });
  });

  test('of two at once gives the slower one the first result', async () => {
    for (const amount of [50, 100]) {
      const store = new InMemoryEventStore();
      await handle(store, place(100));
      let twin: object = {};
      const slow = beforeFirstRead(store, async () => {
        twin = await handle(store, pay(amount), { commitId: 'pay-1' });
      });
      expect(await handle(slow, pay(amount), { commitId: 'pay-1' })).toStrictEqual({
        ...twin,
        outcome: 'repeated',
      });
    }
  });

  test('that was fenced makes the command too late', async () => {
    const store = new InMemoryEventStore();
    await store.fence('pay-1');
    await expect(handle(store, place(1), { commitId: 'pay-1' })).rejects.toMatchObject({
      code: 'commit-fenced',
    });
    expect(await store.head()).toBe(0);
  });

  test('that is fenced between the question and the append makes the command too late as well', async () => {
    const store = new UnreliableStore();
    store.beforeAppend = () => store.fence('pay-1');
    await expect(handle(store, place(1), { commitId: 'pay-1' })).rejects.toMatchObject({
      code: 'commit-fenced',
    });
  });
});

test('clears up an unknown outcome, and records the command once', async () => {
  const store = new UnreliableStore();
  store.fates = ['lost', 'cut'];
  expect(await handle(store, place(100))).toMatchObject({ outcome: 'appended', commit: { position: 1 } });
  expect(await store.head()).toBe(1);
});

test('loads from a snapshot of the state', async () => {
  const store = new InMemoryEventStore();
  const snapshots = new SnapshotKeeper<Account>({
    ...{ registry, revision: '1', strategy: SnapshotStrategy.everyEvents(2) },
    snapshotStore: store satisfies SnapshotStore,
    toSnapshot: (state) => ({ ...state }),
    fromSnapshot: (_, state) => asAccount(state),
  });
  const evolved: string[] = [];
  const evolve: typeof orderDecider.evolve = (state, event) => {
    evolved.push(event.constructor.name);
    return orderDecider.evolve(state, event);
  };
  const target = { stream: 'order-1', decider: { ...orderDecider, evolve }, registry, snapshots };
  for (const command of [place(100), pay(1), pay(2)]) {
    await handleCommand(store, target, command);
    await snapshots.idle();
  }
  evolved.length = 0;
  await handleCommand(store, target, pay(97));
  await snapshots.idle();
  // One for the load, two for the next snapshot, each from the last one.
  expect(evolved).toStrictEqual(['OrderPaid', 'OrderPaid', 'OrderPaid']);
  await expect(handleCommand(store, target, pay(1))).rejects.toMatchObject({ code: 'domain-rule-violated' });
});
