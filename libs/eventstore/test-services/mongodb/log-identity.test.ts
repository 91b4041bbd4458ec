import { afterAll, describe, expect, test } from 'vitest';
import { isEventStoreError } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { until } from '../../../../test/support/until.js';
import { MongoBench } from './mongo-harness.js';

const noted = [{ type: 'note.taken', data: { n: 1 } }];
const consumer = { group: 'shop', databaseId: 'd1', location: 'here' };

describe.each(await mongoServers())('A log on $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  test('gets a new id when it was restored, which open stores refuse', async () => {
    const options = bench.newLog();
    const [restorer, open] = await Promise.all([
      MongoEventStore.connect(options),
      MongoEventStore.connect(options),
    ]);
    const before = restorer.logId;
    const after = await restorer.restored();
    expect([restorer.logId, after === before]).toEqual([after, false]);
    await restorer.append('note-1', 'any', noted);
    await expect(open.append('note-1', 'any', noted)).rejects.toMatchObject({
      code: 'log-diverged',
      logId: before,
    });
    const noticed = () =>
      open.head().then(
        () => false,
        (error: unknown) => isEventStoreError(error) && error.code === 'log-diverged',
      );
    await until(noticed, { what: 'a reader that has noticed it' });
    await Promise.all([restorer.close(), open.close()]);
    const reopened = await MongoEventStore.connect(options);
    expect(reopened.logId).toBe(after);
    await reopened.close();
  });

  test('is not appended to by who has seen commits that a restored backup has not', async () => {
    const { store, options, dispose } = await bench.open();
    for (let n = 0; n < 3; n++) await store.append('note-1', n, noted);
    const commits = bench.client
      .db(bench.database)
      .collection<{ _id: number }>(`${options.collectionPrefix}commits`);
    await commits.deleteOne({ _id: 3 });
    // The connection was lost meanwhile, as in any restore.
    store.faults.push(() =>
      Promise.reject(Object.assign(new Error('read ECONNRESET'), { name: 'MongoNetworkError' })),
    );
    await expect(store.append('note-2', 'any', noted)).rejects.toMatchObject({ code: 'log-diverged' });
    expect(await commits.countDocuments()).toBe(2);
    await dispose();
  });

  test('knows one read-model database for each group', async () => {
    const { store, dispose } = await bench.open();
    await store.registerConsumer(consumer);
    await store.registerConsumer({ ...consumer, location: 'moved' });
    await store.registerConsumer({ ...consumer, databaseId: 'd2', location: 'moved' });
    const another = store.registerConsumer({ ...consumer, databaseId: 'd3', location: 'there' });
    await expect(another).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'group',
      message: expect.stringMatching(/"shop".*in moved since .*forgetConsumer\("shop"\)/) as string,
    });
    expect(await store.listConsumers()).toMatchObject([
      { group: 'shop', databaseId: 'd2', location: 'moved' },
    ]);
    expect([await store.forgetConsumer('shop'), await store.forgetConsumer('shop')]).toEqual([true, false]);
    await dispose();
  });

  test('takes one of two databases that register a group at the same time', async () => {
    const { store, dispose } = await bench.open();
    const registrations = ['d1', 'd2', 'd3'].map((databaseId) =>
      store.registerConsumer({ group: 'shop', databaseId, location: `at ${databaseId}` }),
    );
    const settled = await Promise.allSettled(registrations);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await dispose();
  });
});
