import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import { pairs, readPairs, ReadModelsBench, writePair, type Pair, type Place } from './bench.js';
import { describeTransactional } from './servers.js';

describeTransactional('a transaction of MongoDB read models', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  let place: Place;
  let readModels: MongoReadModels;
  beforeEach(async () => {
    place = bench.newPlace();
    readModels = await bench.open(place);
    await readModels.createVersion(pairs('pairs', 1), 'log-a', 'first');
  });
  afterEach(() => readModels.close());

  const apply = <T>(work: (tx: MongoTransaction) => T | Promise<T>) =>
    readModels.transaction('pairs@1', work);

  describe('is tried again', () => {
    it('when another one is in its way, and both are kept', async () => {
      const other = await bench.another(place);
      let runs = 0;
      const add = (store: MongoReadModels, key: string) =>
        store.transaction('pairs@1', async (tx) => {
          runs += 1;
          const rows = tx.collection<Pair>('pairs');
          const { value = '' } = (await rows.findOne({ _id: 'shared' })) ?? {};
          await rows.replaceOne({ _id: 'shared' }, { key: 'shared', value: value + key }, { upsert: true });
        });
      await Promise.all([add(readModels, 'a'), add(other, 'b'), add(readModels, 'c'), add(other, 'd')]);

      const { shared = '' } = await readPairs(readModels, 'pairs');
      expect(Array.from(shared).toSorted().join('')).toBe('abcd');
      expect(runs).toBeGreaterThan(4);
    });

    it('when the handler has caught the conflict and gone on', async () => {
      await apply((tx) => writePair(tx, 'shared', '0'));
      let runs = 0;
      await apply(async (tx) => {
        runs += 1;
        await tx.collection<Pair>('pairs').findOne({ _id: 'shared' });
        // Written by somebody else since this transaction has begun to read.
        if (runs === 1) await readModels.transaction('pairs@1', (late) => writePair(late, 'shared', '1'));
        await writePair(tx, 'shared', '2').catch(() => undefined);
      });

      expect(runs).toBe(2);
      expect(await readPairs(readModels, 'pairs')).toEqual({ shared: '2' });
    });

    it('not for ever: then the read models are unavailable', async () => {
      const impatient = await bench.another(place, { conflictTimeout: 50 });
      const conflict = apply(async (tx) => {
        await writePair(tx, 'shared', 'first');
        await impatient.transaction('pairs@1', (late) => writePair(late, 'shared', 'late'));
      });

      await expect(conflict).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    });
  });

  it('reads fields with the names that every object of JavaScript has, inside and in queries', async () => {
    const arrays = { constructor: [{ a: [1] }], toString: ['b'], key: 'a' };
    const inside = await apply(async (tx) => {
      const rows = tx.collection('pairs');
      await rows.insertOne({ ...arrays });
      return rows.findOne({ key: 'a' }, { projection: { _id: 0 } });
    });
    const [outside] = await readModels.query('pairs', (query) =>
      query
        .collection('pairs')
        .find({}, { projection: { _id: 0 } })
        .toArray(),
    );
    // Not by `toEqual`, which stumbles over such fields.
    expect([isDeepStrictEqual(inside, arrays), isDeepStrictEqual(outside, arrays)]).toEqual([true, true]);
  });

  describe('keeps nothing', () => {
    it('after an error that the handler has let through, which stays the handler’s own', async () => {
      const failing = apply(async (tx) => {
        await writePair(tx, 'a', '1');
        await tx.collection<Pair>('pairs').insertOne({ _id: 'a', key: 'a', value: '2' });
      });

      await expect(failing).rejects.toMatchObject({ code: 11_000 });
      expect(await readPairs(readModels, 'pairs')).toEqual({});
    });

    it('after an error that the handler has caught', async () => {
      const going = apply(async (tx) => {
        const rows = tx.collection<Pair>('pairs');
        await rows.insertOne({ _id: 'a', key: 'a', value: '1' });
        await rows.insertOne({ _id: 'a', key: 'a', value: '2' }).catch(() => undefined);
      });

      await expect(going).rejects.toMatchObject({ code: 'transaction-failed', retryable: false });
      expect(await readPairs(readModels, 'pairs')).toEqual({});
    });

    it('after an error of a cursor that the handler has caught', async () => {
      const going = apply(async (tx) => {
        await writePair(tx, 'a', '1');
        const wrong = tx.collection<Pair>('pairs').find({ $where_: 1 } as never);
        await wrong.toArray().catch(() => undefined);
        await writePair(tx, 'b', '1').catch(() => undefined);
      });

      await expect(going).rejects.toMatchObject({ code: 'transaction-failed' });
      expect(await readPairs(readModels, 'pairs')).toEqual({});
    });

    it('when the handler has aborted it, or has put another in its place', async () => {
      const aborted = apply(async (tx) => {
        await writePair(tx, 'a', '1');
        await tx.session.abortTransaction();
      });
      await expect(aborted).rejects.toMatchObject({ code: 'transaction-control' });

      const replaced = apply(async (tx) => {
        await writePair(tx, 'a', '1');
        await tx.session.abortTransaction();
        tx.session.startTransaction();
        await writePair(tx, 'b', '1');
      });
      await expect(replaced).rejects.toMatchObject({ code: 'transaction-control' });
      expect(await readPairs(readModels, 'pairs')).toEqual({});
    });
  });

  it('does what is begun side by side one after the other', async () => {
    await apply(async (tx) => {
      const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
      await Promise.all(keys.map((key) => writePair(tx, key, 'x')));
      expect(await tx.collection('pairs').countDocuments()).toBe(20);
    });

    expect(Object.keys(await readPairs(readModels, 'pairs'))).toHaveLength(20);
  });

  it('waits for what the handler has not awaited, and lets nothing in afterwards', async () => {
    let kept: MongoTransaction | undefined;
    await apply((tx) => {
      kept = tx;
      void writePair(tx, 'a', '1');
    });

    expect(await readPairs(readModels, 'pairs')).toEqual({ a: '1' });
    await expect(writePair(kept!, 'b', '1')).rejects.toMatchObject({ code: 'transaction-ended' });
  });

  it('lets a handler write between two rows that it reads', async () => {
    await apply(async (tx) => {
      await Promise.all(['a', 'b', 'c'].map((key) => writePair(tx, key, '1')));
    });
    await apply(async (tx) => {
      for await (const { key } of tx.collection<Pair>('pairs').find().sort({ _id: 1 })) {
        await writePair(tx, key, `${key}!`);
      }
    });

    expect(await readPairs(readModels, 'pairs')).toEqual({ a: 'a!', b: 'b!', c: 'c!' });
  });

  it('refuses what cannot be done in a transaction', async () => {
    const indexing = apply((tx) => tx.collection('pairs').createIndex({ key: 1 }));
    await expect(indexing).rejects.toThrow('Make indexes in `setup`');
    const making = apply((tx) => tx.createCollection('others'));
    await expect(making).rejects.toThrow('Make it in `setup`');
    await expect(apply((tx) => tx.collection('pairs').drop())).rejects.toMatchObject({ option: 'tx' });
    const writing = readModels.query('pairs', (q) => q.collection('pairs').insertOne({ a: 1 }));
    await expect(writing).rejects.toMatchObject({ option: 'query' });
  });

  it('of a reactor has no collections', async () => {
    const work = readModels.transaction('reactor/mail', (tx) => void tx.collection('pairs'));
    await expect(work).rejects.toMatchObject({ code: 'invalid-options' });
  });

  it('is not in the way of the renewals of its own lease, however long it takes', async () => {
    const lease = await readModels.acquire('pairs@1', 'ann', (await readModels.readLease('pairs@1'))!);
    const from = (await readModels.load('pairs@1'))!;
    let runs = 0;
    const saved = await apply(async (tx) => {
      runs += 1;
      await writePair(tx, 'a', '1');
      expect(await readModels.renew(lease!)).toBe(true);
      return readModels.save(tx, 'pairs@1', from, { logId: 'log-a', position: 1 });
    });

    expect([saved, runs]).toEqual([true, 1]);
  });

  it('ends by itself when it takes too long, and says so', async () => {
    const quick = await bench.another(place, { transactionLimit: 30 });
    let began = 0;
    const slow = quick.transaction('pairs@1', async (tx) => {
      began = performance.now();
      await writePair(tx, 'a', '1');
      await until(() => performance.now() - began > 40);
      await writePair(tx, 'b', '1');
    });

    await expect(slow).rejects.toMatchObject({ code: 'transaction-too-long', retryable: false });
    expect(await readPairs(readModels, 'pairs')).toEqual({});
  });
});
