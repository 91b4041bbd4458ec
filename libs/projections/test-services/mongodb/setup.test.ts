import type { MongoTransaction } from '@varve/projections/mongodb';
import { afterAll, expect, it } from 'vitest';
import { pairs, readPairs, ReadModelsBench, writePair, type Place } from './bench.js';
import { describeTransactional } from './servers.js';

describeTransactional('the set-up of a version in MongoDB', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  const setUp = (name: string, setup: (tx: MongoTransaction) => Promise<void>) => ({
    ...pairs(name, 1),
    setup,
  });

  async function collectionsOf({ database, collectionPrefix }: Place): Promise<string[]> {
    const all = await bench.client.db(database).listCollections({}, { nameOnly: true }).toArray();
    const own = all.map(({ name }) => name).filter((name) => name.startsWith(`${collectionPrefix}pairs__`));
    return own.map((name) => name.slice(collectionPrefix.length)).toSorted();
  }

  const withIndexAndRow = setUp('pairs', async (tx) => {
    await tx.createCollection('pairs');
    await tx.collection('pairs').createIndex({ value: 1 }, { name: 'by_value' }, {});
    await writePair(tx, 'seed', '0');
  });

  it('makes collections and indexes, and keeps its rows with the version', async () => {
    const place = bench.newPlace();
    const readModels = await bench.open(place);
    await readModels.createVersion(withIndexAndRow, 'log-a', 'first');

    expect(await readPairs(readModels, 'pairs')).toEqual({ seed: '0' });
    const indexes = await bench.raw(place, 'pairs__v1__pairs').listIndexes().toArray();
    expect(indexes.map(({ name }) => name as string)).toContain('by_value');
  });

  it('finds what one that was killed in the middle has left', async () => {
    const place = bench.newPlace();
    const readModels = await bench.open(place);
    await bench.client.db(place.database).createCollection(`${place.collectionPrefix}pairs__v1__pairs`);
    await readModels.createVersion(withIndexAndRow, 'log-a', 'first');

    expect(await readPairs(readModels, 'pairs')).toEqual({ seed: '0' });
    expect(await collectionsOf(place)).toEqual(['pairs__v1__pairs']);
  });

  it('leaves no collection when it fails, and no generation that another one could build on', async () => {
    const place = bench.newPlace();
    const readModels = await bench.open(place);
    const failing = setUp('pairs', async (tx) => {
      await tx.createCollection('half');
      throw new Error('no');
    });
    await expect(readModels.createVersion(failing, 'log-a', 'first')).rejects.toMatchObject({
      code: 'setup-failed',
    });
    expect(await collectionsOf(place)).toEqual([]);

    const made = await readModels.createVersion(withIndexAndRow, 'log-a', 'first');
    expect(made.generation).toBe(2);
    expect(await collectionsOf(place)).toEqual(['pairs__v1_2__pairs']);
  });

  it('is done once by one of many instances that start at once', async () => {
    const place = bench.newPlace();
    const stores = await Promise.all([1, 2, 3, 4].map(() => bench.another(place)));
    const made = await Promise.all(
      stores.map((each) => each.createVersion(withIndexAndRow, 'log-a', 'first')),
    );

    expect(made.map(({ generation }) => generation)).toEqual([1, 1, 1, 1]);
    expect(await readPairs(stores[0]!, 'pairs')).toEqual({ seed: '0' });
  });

  it('of a dropped version is cleared away, also when whoever dropped it was killed before', async () => {
    const place = bench.newPlace();
    const readModels = await bench.open(place);
    const first = await readModels.createVersion(pairs('pairs', 1), 'log-a', 'first');
    const second = await readModels.createVersion(pairs('pairs', 1), 'log-a', 'next');
    await readModels.switchVersion(second);
    await readModels.dropVersion(first);
    expect(await collectionsOf(place)).toEqual(['pairs__v1_2__pairs']);

    // As it is after a crash between the transaction and the clearing.
    await bench.client.db(place.database).createCollection(`${place.collectionPrefix}pairs__v1__pairs`);
    await bench
      .raw<{ _id: string }>(place, 'varve_projections')
      .updateOne({ _id: 'pairs' }, { $unset: { 'versions.0.cleared': 1 } });
    const third = await readModels.createVersion(pairs('pairs', 1), 'log-a', 'next');
    await readModels.dropVersion(third);
    expect(await collectionsOf(place)).toEqual(['pairs__v1_2__pairs']);
  });
});
