import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

describe.each(await mongoServers())('MongoEventStore.connect on $name', ({ uri }) => {
  const bench = new MongoBench({ uri });
  const collection = (prefix: string | undefined, name: string) =>
    bench.client.db(bench.database).collection<{ readonly _id: string }>(`${prefix}${name}`);
  afterAll(() => bench.dispose());

  test('uses a client that it is given, and leaves it open', async () => {
    const client = new MongoClient(uri);
    const store = await MongoEventStore.connect({ ...bench.newLog(), client });
    await store.append('note-1', 'any', [{ type: 'note.taken', data: 1 }]);
    await store.close();
    expect(await client.db(bench.database).command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
  });

  test('reads plain values whatever the client makes of numbers and buffers', async () => {
    const client = new MongoClient(uri, { promoteValues: false, promoteLongs: false, promoteBuffers: true });
    const store = await MongoEventStore.connect({ ...bench.newLog(), client });
    const answer = await store.append('note-1', 'any', [{ type: 'note.taken', data: 1 }]);
    expect(await store.commitAt(1)).toEqual(answer.ok && answer.commit);
    await store.close();
    await client.close();
  });

  test('is one log for everybody who opens it at the same time', async () => {
    const options = bench.newLog();
    const stores = await Promise.all(Array.from({ length: 5 }, () => MongoEventStore.connect(options)));
    expect(new Set(stores.map(({ logId }) => logId)).size).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test.each(['stream_version', 'commit_id', 'listed'])(
    'refuses a log without the index %s, until it is made',
    async (index) => {
      const options = bench.newLog();
      await (await MongoEventStore.connect(options)).close();
      await collection(options.collectionPrefix, 'commits').dropIndex(index);
      await expect(MongoEventStore.connect(options)).rejects.toMatchObject({
        code: 'store-incompatible',
        message: expect.stringMatching(new RegExp(`index "${index}".*is missing.*ensureIndexes`)) as string,
      });
      await MongoEventStore.ensureIndexes(options);
      await (await MongoEventStore.connect(options)).close();
    },
  );

  test('refuses a log whose index lets two commits have one version', async () => {
    const options = bench.newLog();
    await (await MongoEventStore.connect(options)).close();
    const commits = collection(options.collectionPrefix, 'commits');
    await commits.dropIndex('stream_version');
    await commits.createIndex({ stream: 1, firstVersion: 1 }, { name: 'stream_version' }, {});
    await expect(MongoEventStore.connect(options)).rejects.toThrow('(stream, firstVersion) is not unique');
  });

  test('refuses a log whose id is gone, and one of a newer library', async () => {
    const options = bench.newLog();
    const store = await MongoEventStore.connect(options);
    await store.append('note-1', 'any', [{ type: 'note.taken', data: 1 }]);
    await store.close();
    const records = collection(options.collectionPrefix, 'log');
    await records.updateOne({ _id: 'log' }, { $set: { schemaVersion: 2 } });
    await expect(MongoEventStore.connect(options)).rejects.toMatchObject({
      code: 'store-incompatible',
      message: expect.stringContaining('Upgrade @varve/eventstore') as string,
    });
    await records.deleteOne({ _id: 'log' });
    await expect(MongoEventStore.connect(options)).rejects.toMatchObject({
      code: 'store-incompatible',
      message: expect.stringContaining('the record with its id is gone') as string,
    });
  });

  test('makes no log where it is told not to', async () => {
    const options = { ...bench.newLog(), create: false };
    await expect(MongoEventStore.connect(options)).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'create',
    });
    const names = (await bench.client.db(bench.database).listCollections().toArray()).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith(options.collectionPrefix!))).toEqual([]);
  });

  test('says that no server answers, and what to do', async () => {
    const { client: _, ...options } = bench.newLog();
    const connecting = MongoEventStore.connect({
      ...options,
      uri: 'mongodb://127.0.0.1:1/',
      commandTimeout: 200,
    });
    await expect(connecting).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringMatching(/127\.0\.0\.1:1.*Check the address/) as string,
    });
  });
});
