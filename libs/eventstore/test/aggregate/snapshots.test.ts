import { describe, expect, test } from 'vitest';
import { AggregateRepository, defineEvent, EventRegistry, SnapshotStrategy, upcast } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { orderDefinition, OrderPaid, OrderPlaced, orderSnapshots } from './order.js';
import { noteEach, snapshotting, storedSnapshots } from './snapshotting.js';

describe('strategies', () => {
  const at = (version: number, events: number, milliseconds: number) => ({ version, events, milliseconds });

  test('every n events, every n milliseconds, never', () => {
    expect([1, 2, 3, 4].map((n) => SnapshotStrategy.everyEvents(3).isDue(at(9, n, 0)))).toStrictEqual([
      false,
      false,
      true,
      true,
    ]);
    expect([9, 10, 11].map((ms) => SnapshotStrategy.everyMilliseconds(10).isDue(at(9, 1, ms)))).toStrictEqual(
      [false, true, true],
    );
    expect(SnapshotStrategy.never.isDue(at(1e6, 1e6, 1e6))).toBe(false);
  });

  test('refuse numbers that mean nothing', () => {
    for (const n of [0, -1, 1.5, Number.NaN]) {
      expect(() => SnapshotStrategy.everyEvents(n)).toThrow(
        expect.objectContaining({ code: 'invalid-options' }),
      );
      expect(() => SnapshotStrategy.everyMilliseconds(n)).toThrow(
        expect.objectContaining({ code: 'invalid-options' }),
      );
    }
  });

  test('by events count on from the last snapshot, across loads and within one instance', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    const versions: number[] = [];
    for (const note of 'abcdefg') {
      await noteEach(orders, note);
      versions.push(storedSnapshots(store)[0]?.version ?? 0);
    }
    expect(versions).toStrictEqual([0, 0, 3, 3, 3, 6, 6]);
    const order = await orders.load('1');
    for (const note of 'hijk') {
      order.note(note);
      await orders.save(order);
      await orders.idle();
      versions.push(storedSnapshots(store)[0]?.version ?? 0);
    }
    expect(versions.slice(7)).toStrictEqual([6, 9, 9, 9]);
  });

  test('by time compare the commits, not the clock', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store, { strategy: SnapshotStrategy.everyMilliseconds(1_000) });
    const versions: number[] = [];
    for (const ms of [0, 999, 1_000, 1_900, 2_000]) {
      await orders.execute('1', (order) => order.note('x'), { at: new Date(ms) });
      await orders.idle();
      versions.push(storedSnapshots(store)[0]?.version ?? 0);
    }
    expect(versions).toStrictEqual([0, 0, 3, 3, 5]);
  });
});

describe('loading', () => {
  test('goes on from the snapshot, and yields what the events tell', async () => {
    const store = new InMemoryEventStore();
    const { orders, reads, notices } = snapshotting(store);
    await noteEach(orders, 'a', 'b', 'c', 'd', 'e');
    reads.length = 0;
    const order = await orders.load('1');
    expect(reads).toStrictEqual([3]);
    expect(order.notes).toStrictEqual(['a', 'b', 'c', 'd', 'e']);
    expect([order.id, orders.versionOf(order)]).toStrictEqual(['1', 5]);
    expect(notices).toStrictEqual([]);
  });

  test('from a snapshot at the head reads no more than the event that it stands on', async () => {
    const store = new InMemoryEventStore();
    const { orders } = snapshotting(store);
    await noteEach(orders, 'a', 'b', 'c');
    const order = await orders.load('1');
    expect([order.notes, orders.versionOf(order)]).toStrictEqual([['a', 'b', 'c'], 3]);
  });

  test('does not use a snapshot of another revision of the code', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c');
    const { orders, reads } = snapshotting(store, {
      revision: '2',
      fromSnapshot: () => expect.unreachable(),
    });
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b', 'c']);
    expect(reads.slice(-1)).toStrictEqual([undefined]);
  });

  test('does not use a snapshot when an event of the aggregate has another schema version', async () => {
    const store = new InMemoryEventStore();
    await noteEach(snapshotting(store).orders, 'a', 'b', 'c');
    const registry = new EventRegistry([OrderPlaced, OrderPaid, defineEvent('order.noted', { version: 2 })], {
      upcasters: [
        upcast<{ note: string }>('order.noted', { from: 1, to: 2 }, ({ note }) => ({
          note: note.toUpperCase(),
        })),
      ],
    });
    const definition = { ...orderDefinition, snapshots: orderSnapshots };
    const orders = new AggregateRepository({ store, registry, definition, snapshotStore: store });
    expect((await orders.load('1')).notes).toStrictEqual(['A', 'B', 'C']);
  });

  test('old and new code of a rolling deploy keep a snapshot each', async () => {
    const store = new InMemoryEventStore();
    const [older, newer] = [snapshotting(store), snapshotting(store, { revision: '2' })];
    await noteEach(older.orders, 'a', 'b', 'c');
    await noteEach(newer.orders, 'd');
    await noteEach(older.orders, 'e', 'f');
    expect(
      storedSnapshots(store)
        .map(({ version }) => version)
        .sort(),
    ).toStrictEqual([4, 6]);
    for (const { orders } of [older, newer]) expect((await orders.load('1')).notes.join('')).toBe('abcdef');
  });
});
