import { MongoPublicationStore } from '@varve/bus/mongodb';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { PublicationBench } from './bench.js';

const OF = { relay: 'relay', logId: 'log-a' };
const MARK = { stream: 'order-1', firstVersion: 1, at: 1_700_000_000_000 };

describe.each(await mongoServers())('MongoPublicationStore.connect on $name', (server) => {
  const bench = new PublicationBench(server);
  afterAll(() => bench.dispose());

  test('uses a client that it is given, and leaves it open', async () => {
    const client = new MongoClient(server.uri);
    const { uri: _, ...place } = bench.newPlace();
    const store = await MongoPublicationStore.connect({ ...place, client });
    await store.ensureRow('relay', 'log-a');
    await store.close();
    await expect(store.load('relay')).rejects.toMatchObject({ code: 'store-closed' });
    expect(await client.db(place.database).command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
  });

  test('reads plain values whatever the client makes of numbers and buffers', async () => {
    const client = new MongoClient(server.uri, { promoteValues: false, promoteLongs: false });
    const { uri: _, ...place } = bench.newPlace();
    const store = await MongoPublicationStore.connect({ ...place, client });
    await store.ensureRow('relay', 'log-a', { position: 7, mark: MARK });
    await store.recordConfirmed(OF, [{ position: 8, commitId: 'c8' }]);
    expect(await store.load('relay')).toEqual({ logId: 'log-a', position: 7, mark: MARK, token: 0 });
    expect(await store.confirmedBetween(OF, 7, 9)).toEqual([{ position: 8, commitId: 'c8' }]);
    await store.close();
    await client.close();
  });

  test('is one store for everybody who opens it at the same time', async () => {
    const place = bench.newPlace();
    const stores = await Promise.all(Array.from({ length: 5 }, () => bench.another(place)));
    await Promise.all(stores.map((store) => store.ensureRow('relay', 'log-a')));
    expect(await bench.raw(place, 'publication').countDocuments()).toBe(1);
    expect(await bench.raw(place, 'relays').countDocuments()).toBe(1);
    await Promise.all(stores.map((store) => store.close()));
  });

  test('refuses a store of a newer library, and makes none where it is told not to', async () => {
    const place = bench.newPlace();
    await expect(bench.another(place, { create: false })).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'create',
    });
    expect(await bench.raw(place, 'publication').countDocuments()).toBe(0);
    await (await bench.open(place)).close();
    await (await bench.another(place, { create: false })).close();
    await bench.raw(place, 'publication').updateOne({}, { $set: { schemaVersion: 2 } });
    await expect(bench.open(place)).rejects.toMatchObject({
      code: 'store-incompatible',
      message: expect.stringMatching(/newer version of @varve\/bus.*Update the package/) as string,
    });
  });

  test('keeps a few documents for many confirmations, and none of what was passed', async () => {
    const place = bench.newPlace();
    const store = await bench.open(place);
    const confirmed = bench.raw(place, 'confirmed');
    const all = Array.from({ length: 3_000 }, (_, index) => ({
      position: index + 1,
      commitId: `c${index + 1}`,
    }));
    await store.recordConfirmed(OF, all);
    expect(await confirmed.countDocuments()).toBeLessThan(15);
    await store.pruneConfirmed(OF, 2_900);
    expect(await confirmed.countDocuments()).toBe(1);
    expect(await store.confirmedBetween(OF, 0, 5_000)).toEqual(all.slice(2_900));
    await store.close();
  });
});
