import { describe, expect, test } from 'vitest';
import { SnapshotStrategy, type JsonValue, type Mark, type Snapshot } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { Order, type orderSnapshots } from './order.js';
import { noteEach, restored, snapshotting, storedSnapshots, type Changes } from './snapshotting.js';

describe('a snapshot that is not trusted', () => {
  test('a state that fromSnapshot refuses is ignored, announced and replaced', async () => {
    const store = new InMemoryEventStore();
    const torn = snapshotting(store, { toSnapshot: () => ({ torn: true }) });
    await noteEach(torn.orders, 'a', 'b', 'c');
    const { orders, notices } = snapshotting(store);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
    expect(notices).toMatchObject([
      { kind: 'snapshot-ignored', stream: 'order-1', reason: 'fromSnapshot refused its state' },
    ]);
    await noteEach(orders, 'd');
    expect(storedSnapshots(store)).toMatchObject([{ version: 4, state: { notes: ['a', 'b', 'c', 'd'] } }]);
  });

  test('one that is newer than a restored log is ignored, and replaced by one with a lower version', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c', 'd', 'e', 'lost');
    const { orders, notices } = snapshotting(restored(store, 2));
    const order = await orders.load('1');
    expect(order.notes).toStrictEqual(['a', 'b']);
    expect(notices).toMatchObject([{ kind: 'snapshot-ignored', reason: 'the log ends before it' }]);
  });

  test('one at whose version a restored log has another commit is ignored, and replaced', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c', 'd', 'e', 'lost');
    const again = restored(store, 4);
    await noteEach(snapshotting(again, { strategy: SnapshotStrategy.never }).orders, 'E', 'F');
    const { orders, notices } = snapshotting(again);
    expect((await orders.load('1')).notes.join('')).toBe('abcdEF');
    expect(notices).toMatchObject([
      { kind: 'snapshot-ignored', reason: 'the log has another commit at version 6' },
    ]);
    await noteEach(orders, 'G');
    expect(storedSnapshots(again)).toMatchObject([
      { version: 7, state: { notes: ['a', 'b', 'c', 'd', 'E', 'F', 'G'] } },
    ]);
    expect((await snapshotting(again).orders.load('1')).notes.join('')).toBe('abcdEFG');
  });

  test('is replaced although the restored log is still below its version', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c', 'd', 'e', 'lost');
    const again = restored(store, 2);
    await noteEach(snapshotting(again).orders, 'C');
    expect(storedSnapshots(again)).toMatchObject([{ version: 3, state: { notes: ['a', 'b', 'C'] } }]);
  });

  test('one that cannot be read is ignored, and announced', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c');
    const { orders, notices } = snapshotting(store);
    const error = new Error('disk on fire');
    store.loadSnapshot = () => Promise.reject(error);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
    expect(notices).toStrictEqual([
      { kind: 'snapshot-ignored', stream: 'order-1', reason: 'it could not be read', error },
    ]);
  });

  test.each<[string, Partial<Mark>]>([
    ['stream', { stream: 'order-2' }],
    ['time', { at: 5 }],
    ['commit id', { commitId: 'another' }],
    ['first version', { firstVersion: 4 }],
  ])('one whose mark has another %s is ignored', async (_, change) => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c', 'd');
    const [snapshot] = storedSnapshots(store) as [Snapshot];
    const { orders, notices } = snapshotting(store);
    const wrong = {
      ...snapshot,
      mark: { ...snapshot.mark, ...change },
      state: { total: 0, paid: 0, notes: ['wrong'] },
    };
    store.loadSnapshot = () => Promise.resolve(wrong);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c', 'd']);
    expect(notices).toMatchObject([
      { kind: 'snapshot-ignored', reason: 'the log has another commit at version 3' },
    ]);
  });

  test.each<[string, object]>([
    ['version 0', { version: 0 }],
    ['a negative version', { version: -5 }],
    ['a version beyond all numbers', { version: 2 ** 60 }],
    ['a version that is none', { version: 'three' }],
    ['no mark', { mark: null }],
    ['a mark of another shape', { mark: [1] }],
  ])('one with %s is ignored, announced and replaced', async (_, change) => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c');
    const [snapshot] = storedSnapshots(store) as [Snapshot];
    store.log.snapshots.get('order-1')?.set(snapshot.revision, JSON.stringify({ ...snapshot, ...change }));
    const { orders, notices } = snapshotting(store);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
    expect(notices).toMatchObject([
      { kind: 'snapshot-ignored', reason: 'its version or its mark is damaged' },
    ]);
    await noteEach(orders, 'd');
    expect(storedSnapshots(store)).toMatchObject([{ version: 4, state: { notes: ['a', 'b', 'c', 'd'] } }]);
  });

  test('one on which the events after it fail is ignored, announced and replaced', async () => {
    const store = new InMemoryEventStore();
    const strategy = SnapshotStrategy.everyEvents(2);
    await noteEach(snapshotting(store, { strategy }).orders, 'a', 'b', 'c');
    const broken: typeof orderSnapshots.fromSnapshot = (id) => Object.assign(new Order(id), { notes: null });
    const { orders, notices } = snapshotting(store, { strategy, fromSnapshot: broken });
    const order = await orders.load('1');
    expect([order.notes, orders.versionOf(order)]).toStrictEqual([['a', 'b', 'c'], 3]);
    const reason = 'the events after it could not be applied to its state';
    expect(notices).toMatchObject([{ kind: 'snapshot-ignored', reason, error: expect.any(TypeError) }]);
    await noteEach(orders, 'd');
    expect(storedSnapshots(store)).toMatchObject([{ version: 4, state: { notes: ['a', 'b', 'c', 'd'] } }]);
  });

  test('an event that fails without it, too, fails the load', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    await noteEach(orders, 'a', 'b', 'c');
    await store.append('order-1', 3, [{ type: 'order.unheard-of', data: {} }]);
    await expect(orders.load('1')).rejects.toMatchObject({ code: 'unknown-event-type' });
  });

  test('one that is ignored leaves no read open', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c', 'd');
    const { orders } = snapshotting(store);
    const [snapshot] = storedSnapshots(store) as [Snapshot];
    store.loadSnapshot = () => Promise.resolve({ ...snapshot, mark: { ...snapshot.mark, at: 5 } });
    const readStream = store.readStream.bind(store);
    let open = 0;
    store.readStream = async function* (...args) {
      open++;
      try {
        yield* readStream(...args);
      } finally {
        open--;
      }
    };
    await orders.load('1');
    expect(open).toBe(0);
  });

  test('one of another revision, from a store that mixes them up, is not used', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c');
    const { orders, notices, reads } = snapshotting(store, { revision: '2' });
    store.loadSnapshot = async () => storedSnapshots(store)[0];
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
    expect([notices, reads]).toStrictEqual([[], [undefined]]);
  });
});

describe('keeping', () => {
  test.each<[string, Changes]>([
    [
      'toSnapshot throws',
      {
        toSnapshot: () => {
          throw new Error('no state');
        },
      },
    ],
    ['the state is none that JSON carries', { toSnapshot: () => (() => undefined) as unknown as JsonValue }],
    [
      'the strategy throws',
      {
        strategy: {
          isDue: () => {
            throw new Error('undecided');
          },
        },
      },
    ],
  ])('announces it, and saves all the same, when %s', async (_, changes) => {
    const store = new InMemoryEventStore();
    const { orders, notices } = snapshotting(store, changes);
    await noteEach(orders, 'a', 'b', 'c');
    expect(await store.head()).toBe(3);
    expect(notices.length).toBeGreaterThan(0);
    expect(notices.every(({ kind }) => kind === 'snapshot-failed')).toBe(true);
  });

  test('announces it, and saves all the same, when the store fails', async () => {
    const store = new InMemoryEventStore();
    const { orders, notices } = snapshotting(store);
    const error = new Error('disk full');
    store.saveSnapshot = () => Promise.reject(error);
    await noteEach(orders, 'a', 'b', 'c');
    expect(notices).toStrictEqual([{ kind: 'snapshot-failed', stream: 'order-1', error }]);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
  });

  test('does not keep the caller waiting, and takes the state of that moment', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    const saveSnapshot = store.saveSnapshot.bind(store);
    store.saveSnapshot = async (...args) => {
      await released;
      await saveSnapshot(...args);
    };
    const order = orders.create('1');
    for (const note of 'abc') order.note(note);
    await orders.save(order);
    order.note('d');
    expect(storedSnapshots(store)).toStrictEqual([]);
    release(undefined);
    await orders.idle();
    expect(storedSnapshots(store)).toMatchObject([{ version: 3, state: { notes: ['a', 'b', 'c'] } }]);
  });

  test('takes the state from the log, whatever the aggregate has made of its events', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    const order = orders.create('1');
    for (const note of 'abc') order.note(note);
    order.notes.push('half of an event that was given up');
    await orders.save(order);
    await orders.idle();
    expect(storedSnapshots(store)).toMatchObject([{ version: 3, state: { notes: ['a', 'b', 'c'] } }]);
  });

  test('takes no snapshot of a state with events that are not recorded', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    const order = orders.create('1');
    for (const note of 'abc') order.note(note);
    const saving = orders.save(order);
    order.note('not yet');
    await saving;
    await orders.idle();
    expect(storedSnapshots(store)).toMatchObject([{ version: 3, state: { notes: ['a', 'b', 'c'] } }]);
  });

  test('leaves out what is appended before the state is read', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    const loadSnapshot = store.loadSnapshot.bind(store);
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
    store.loadSnapshot = async (...args) => {
      await released;
      return loadSnapshot(...args);
    };
    const order = orders.create('1');
    for (const note of 'abc') order.note(note);
    await orders.save(order);
    order.note('d');
    await orders.save(order);
    release(undefined);
    await orders.idle();
    expect(storedSnapshots(store)).toMatchObject([{ version: 3, state: { notes: ['a', 'b', 'c'] } }]);
  });
});
