import type { EventStore } from '@varve/eventstore';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { rebuild } from '@varve/projections';
import type { MongoTransaction } from '@varve/projections/mongodb';
import { SqliteReadModels } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { totals as sqliteTotals } from '../../test/projection/totals.js';
import { ReadModelsBench } from './bench.js';
import { AT_ONCE, charge, foldOf, projector, rowsOf, totals } from './orders.js';
import { describeTransactional } from './servers.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function closeAfterwards<T extends { close(): Promise<void> }>(what: T): T {
  closing.push(() => what.close());
  return what;
}

async function chargeMany(log: EventStore, commits: number): Promise<void> {
  for (let i = 0; i < commits; i++) await charge(log, `order-${i % 7}`, i);
}

describeTransactional('a log in SQLite with read models in MongoDB', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  async function open() {
    const file = join(temporaryFolder(), 'log.db');
    const log = closeAfterwards(await SqliteEventStore.open({ file }));
    const place = bench.newPlace();
    return { log, place, readModels: closeAfterwards(await bench.open(place)) };
  }

  it('keeps rows equal to the fold, through a new version that is built beside the live one', async () => {
    const { log, place, readModels } = await open();
    await chargeMany(log, 40);
    const old = projector({ log, readModels, projections: [totals()] });
    await old.start();
    closing.push(() => old.stop());
    await until(async () => (await readModels.load('totals@1'))?.position === 40);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));

    const deployed = closeAfterwards(await bench.another(place));
    const next = projector({ log, readModels: deployed, projections: [totals({ version: 2, times: 100 })] });
    await next.start();
    closing.push(() => next.stop());
    await chargeMany(log, 20);
    await next.waitFor(60, 'totals', { timeout: 20_000 });
    await until(async () =>
      (await deployed.listVersions()).some(({ version, live }) => version === 2 && live),
    );

    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 100));
  });

  it('rebuilds beside the live rows, and compares both', async () => {
    const { log, readModels } = await open();
    await chargeMany(log, 60);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const options = { log, readModels, projection: totals(), failurePolicy: AT_ONCE };
    const result = await rebuild({ ...options, verify: 'require' });

    expect(result).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 60 });
    expect(result).toMatchObject({ verification: { verdict: 'same' } });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('compares more rows than a server sends at once', async () => {
    const { log, readModels } = await open();
    for (let i = 0; i < 1_100; i += 100)
      await Promise.all(Array.from({ length: 100 }, (_, n) => charge(log, `order-${i + n}`, n)));
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const options = { log, readModels, projection: totals(), failurePolicy: AT_ONCE };
    const result = await rebuild({ ...options, verify: 'require' });

    expect(result).toMatchObject({ verification: { verdict: 'same', rows: 1_100 } });
  });

  it('applies a batch whose transaction takes too long commit by commit', async () => {
    const { log, place } = await open();
    await chargeMany(log, 6);
    const readModels = closeAfterwards(await bench.another(place, { transactionLimit: 250 }));
    const slow = totals({
      before: async () => {
        const began = performance.now();
        await until(() => performance.now() - began > 60);
      },
    });
    await projector({ log, readModels, projections: [slow] }).runUntilCaughtUp();

    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('blames a commit whose handler catches an error of its transaction and goes on, and no other', async () => {
    const { log, readModels } = await open();
    await chargeMany(log, 14);
    const before = async ({ stream }: { stream: string }, tx: MongoTransaction) => {
      if (stream !== 'order-3') return;
      const rows = tx.collection<{ _id: string }>('totals');
      await rows.insertOne({ _id: 'twice' });
      await rows.insertOne({ _id: 'twice' }).catch(() => undefined);
    };
    const failurePolicy = { ...AT_ONCE, then: 'park' as const };
    await projector({ log, readModels, projections: [totals({ before, failurePolicy })] }).runUntilCaughtUp();

    const parked = await readModels.listParked('totals@1');
    expect(parked).toMatchObject([{ stream: 'order-3', errorCode: 'transaction-failed' }]);
    expect((await readModels.load('totals@1'))?.position).toBe(14);
  });

  it('parks a stream that cannot be applied, and goes on with the others', async () => {
    const { log, readModels } = await open();
    await chargeMany(log, 14);
    const before = ({ stream }: { stream: string }) => {
      if (stream === 'order-3') throw new Error('bug');
    };
    const failurePolicy = { ...AT_ONCE, then: 'park' as const };
    await projector({ log, readModels, projections: [totals({ before, failurePolicy })] }).runUntilCaughtUp();
    expect((await readModels.listParked('totals@1')).map(({ stream }) => stream)).toEqual(['order-3']);

    await readModels.request('totals@1', 'order-3', 'retry');
    const mended = projector({ log, readModels, projections: [totals({ failurePolicy })] });
    await mended.start();
    closing.push(() => mended.stop());
    await until(async () => (await readModels.listParked('totals@1')).length === 0);

    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});

describe.each(await mongoServers())('a log in MongoDB with read models in SQLite, on $name', ({ uri }) => {
  const bench = new ReadModelsBench({ uri });
  afterAll(() => bench.dispose());

  it('keeps rows equal to the fold, through a rebuild', async () => {
    const log = closeAfterwards(await MongoEventStore.connect({ ...bench.newPlace(), client: bench.client }));
    const file = join(temporaryFolder(), 'read-models.db');
    const readModels = closeAfterwards(await SqliteReadModels.open({ file }));
    await chargeMany(log, 40);
    await projector({ log, readModels, projections: [sqliteTotals()] }).runUntilCaughtUp();
    const result = await rebuild({ log, readModels, projection: sqliteTotals(), failurePolicy: AT_ONCE });

    expect(result).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 40 });
    const rows = await readModels.query('totals', (q) => q.all('SELECT * FROM {totals} ORDER BY id'));
    expect(rows).toEqual((await foldOf(log)).map(({ _id: id, ...row }) => ({ id, ...row })));
  });
});
