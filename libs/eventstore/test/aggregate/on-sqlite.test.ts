import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  SnapshotStrategy,
  type AggregateNotice,
  type EventStore,
  type SnapshotStore,
} from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { orderDefinition, ordersIn, orderSnapshots, registry } from './order.js';

function ordersOn(store: EventStore, snapshotStore: SnapshotStore) {
  const notices: AggregateNotice[] = [];
  const snapshots = { ...orderSnapshots, strategy: SnapshotStrategy.everyEvents(2) };
  const definition = { ...orderDefinition, snapshots };
  const announce = (notice: AggregateNotice) => notices.push(notice);
  return {
    orders: ordersIn({ store, snapshotStore, definition, announce, backoff: { retries: 200 } }),
    notices,
  };
}

test('forty writers of two stores on one file lose nothing, with snapshots under way', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const stores = [await SqliteEventStore.open({ file }), await SqliteEventStore.open({ file })];
  const [one, other] = stores.map((store) => ordersOn(store, store).orders) as [
    ReturnType<typeof ordersIn>,
    ReturnType<typeof ordersIn>,
  ];
  await one.execute('1', (order) => order.place(40));
  const paying = Array.from({ length: 40 }, (_, i) =>
    (i % 2 ? one : other).execute('1', (order) => order.pay(1)),
  );
  await Promise.all(paying);
  await Promise.all([one.idle(), other.idle()]);
  const order = await one.load('1');
  expect([order.paid, one.versionOf(order)]).toStrictEqual([40, 41]);
  await Promise.all(stores.map((store) => store.close()));
});

test('the same command sent ten times at once is done once, and all get one commit', async () => {
  const store = await SqliteEventStore.open({ file: join(temporaryFolder(), 'log.db') });
  const { orders } = ordersOn(store, store);
  await orders.execute('1', (order) => order.place(10));
  const pay = () => orders.execute('1', (order) => order.pay(10), { commitId: 'pay-1' });
  const results = await Promise.all(Array.from({ length: 10 }, pay));
  expect(new Set(results.map((result) => 'commit' in result && result.commit.position))).toStrictEqual(
    new Set([2]),
  );
  expect(await store.head()).toBe(2);
  await store.close();
});

test('a snapshot from before a restore of the file is noticed, ignored and replaced', async () => {
  const folder = temporaryFolder();
  const snapshots = new InMemoryEventStore();
  const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  const before = ordersOn(store, snapshots);
  const note = async ({ orders }: ReturnType<typeof ordersOn>, text: string) => {
    for (const each of text) {
      await orders.execute('1', (order) => order.note(each));
      await orders.idle();
    }
  };
  await note(before, 'ab');
  await store.backup(join(folder, 'backup.db'));
  await note(before, 'cd');
  await store.close();

  const restored = await SqliteEventStore.open({ file: join(folder, 'backup.db') });
  const after = ordersOn(restored, snapshots);
  expect((await after.orders.load('1')).notes.join('')).toBe('ab');
  await note(after, 'XYZ');
  expect((await after.orders.load('1')).notes.join('')).toBe('abXYZ');
  expect(new Set(after.notices.map((notice) => notice.kind))).toStrictEqual(new Set(['snapshot-ignored']));
  const revision = `${orderSnapshots.revision}/${registry.revision(Object.keys(orderDefinition.handlers))}`;
  expect(await snapshots.loadSnapshot('order-1', revision)).toMatchObject({
    state: { notes: ['a', 'b', 'X', 'Y', 'Z'] },
  });
  await restored.close();
});
