import { Test } from '@nestjs/testing';
import { defineEvent, type EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { defineReactor, Projector, rebuild, type ProjectorOptions } from '@varve/projections';
import {
  MongoReadModels,
  type MongoWatermarkReadModels,
  type WatermarkTransaction,
} from '@varve/projections/mongodb';
import {
  getProjectorToken,
  getReadModelsToken,
  ProjectionsModule,
  type ProjectorHost,
} from '@varve/projections/nest';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { startChild } from '../../../../../test/support/children.js';
import { seededRandom, wholeBetween } from '../../../../../test/support/seeded-random.js';
import { temporaryFolder } from '../../../../../test/support/temp-dir.js';
import { WatermarkBench, type Place } from './bench.js';
import { charge, close, evolveOrder, fill, foldOf, rowsOf, totals, type OrderRow } from './orders.js';

const CHILD = new URL('./killed-projector.child.ts', import.meta.url);
/** A dead instance's lease runs out in no time, so that its work is taken over at once. */
const LEASE = { leaseDuration: 150 };
/** By its lease a rebuild also measures how long a step may take that is under way: longer on a server that is busy. */
const UNDER_TRAFFIC = { leaseDuration: 5_000 };
const rounds = Number(process.env['VARVE_KILL_ROUNDS'] ?? 3);
const seed = Number(process.env['VARVE_SEED'] ?? 1);

/** Where an instance dies, in commands sent and answers received: behind its start, and at the latest when it is done. */
const MOMENTS = { first: 35, last: 110 } as const;

const servers = await mongoServers();

describe.each(servers)('on $name, with read models in watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  afterAll(() => bench.dispose());

  let place: Place;
  let log: InMemoryEventStore;
  let readModels: MongoWatermarkReadModels;
  beforeEach(async () => {
    place = bench.newPlace();
    log = new InMemoryEventStore();
    readModels = await bench.open(place);
  });

  const projector = (options: Partial<ProjectorOptions<WatermarkTransaction>> = {}) =>
    new Projector({
      log,
      readModels,
      projections: [totals()],
      versionCheckInterval: 20,
      ...LEASE,
      ...options,
    });

  it('a projector keeps rows equal to the fold, and a reader that waits sees what it waited for', async () => {
    await fill(log, 20, seededRandom(seed));
    const running = projector();
    await running.start();
    await charge(log, 'order-7', 7);
    await running.waitFor(21, 'totals', { timeout: 20_000 });
    const seen = await rowsOf(readModels);
    await running.stop();
    expect(seen).toEqual(await foldOf(log));
  });

  it('a reactor has its checkpoint there', async () => {
    const reacted: string[] = [];
    const reactor = defineReactor({
      ...{ name: 'mail', startFrom: 'beginning' },
      on: { 'order.charged': ({ stream }) => void reacted.push(stream) },
    });
    await charge(log, 'order-1', 1);
    await projector({ projections: [], reactors: [reactor] }).runUntilCaughtUp();
    await charge(log, 'order-2', 1);
    await projector({ projections: [], reactors: [reactor] }).runUntilCaughtUp();
    expect(reacted).toEqual(['order-1', 'order-2']);
  });

  it('a rebuild runs beside the live rows under traffic, finds them the same, and takes their place', async () => {
    await fill(log, 20, seededRandom(seed));
    const running = projector(UNDER_TRAFFIC);
    await running.start();
    const writing = fill(log, 20, seededRandom(seed + 1));
    const result = await rebuild({
      log,
      readModels,
      projection: totals(),
      verify: 'require',
      replaced: 'drop',
      ...UNDER_TRAFFIC,
    });
    await writing;
    await running.waitFor(40, 'totals', { timeout: 20_000 });
    await running.stop();

    expect(result).toMatchObject({
      outcome: 'switched',
      version: { generation: 2 },
      verification: { verdict: 'same' },
    });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    expect((await readModels.listVersions()).map(({ processor, state }) => [processor, state])).toEqual([
      ['totals@1.2', 'live'],
    ]);
  });

  it('a rebuild finds the row that differs', async () => {
    await fill(log, 12, seededRandom(seed));
    await projector().runUntilCaughtUp();
    await bench
      .raw<OrderRow>(place, 'totals__v1__ledger')
      .updateOne({ _id: 'all' }, { $set: { trail: 'x' } });
    const result = await rebuild({ log, readModels, projection: totals(), verify: 'require', ...LEASE });
    expect(result).toMatchObject({ outcome: 'held', verification: { verdict: 'different', differing: 1 } });
  });

  it('an instance that died in the middle of a switch leaves a retired version that nobody works on', async () => {
    await fill(log, 5, seededRandom(seed));
    await projector().runUntilCaughtUp();
    await rebuild({ log, readModels, projection: totals(), ...LEASE });
    const processors = bench.raw<{ _id: string; state: string }>(place, 'varve_processors');
    await processors.updateOne({ _id: 'totals@1' }, { $set: { state: 'active' } });
    const seen = await readModels.readLease('totals@1');
    expect(await readModels.acquire('totals@1', 'ann', seen!)).toBeUndefined();
    expect(await readModels.readLease('totals@1')).toMatchObject({ state: 'stopped', reason: 'replaced' });
  });

  it('tombstones go when they are old, and their rows stay away', async () => {
    await charge(log, 'order-1', 1);
    await close(log, 'order-1');
    const yesterday = new Date(Date.now() - 48 * 3_600_000);
    const then = await bench.open(place, { clock: () => yesterday });
    await projector({ readModels: then }).runUntilCaughtUp();
    await expect(readModels.removeTombstones({ olderThan: 1_000 })).rejects.toThrow(/"olderThan" is 1000/);
    expect(await readModels.removeTombstones()).toBe(1);
    expect(await bench.raw(place, 'totals__v1__orders').countDocuments()).toBe(0);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  describe('what cannot be kept is refused', () => {
    it('at start: order "stream", and a unique index in setup', async () => {
      expect(() => projector({ projections: [totals({ order: 'stream' })] })).toThrow(
        /"totals" has order 'stream'.*Declare it with order 'log'/s,
      );
      const setup = (tx: WatermarkTransaction) =>
        tx.collection('orders').createIndex({ cents: 1 }, { unique: true });
      const start = projector({ projections: [totals({ setup })] }).start();
      await expect(start).rejects.toThrow(/setup of "totals".*unique index.*watermark mode/s);
    });

    it('the same rows in the other mode', async () => {
      const records = bench.raw<{ mode: string }>(place, 'varve_read_models');
      await records.updateOne({}, { $set: { mode: 'transactional' } });
      await expect(bench.open(place)).rejects.toMatchObject({
        code: 'store-incompatible',
        message: expect.stringMatching(/made in mode "transactional", and are opened in mode "watermark"/),
      });
    });

    it('a change by an event that did not come from the log', async () => {
      const event = { stream: 'order-1', type: 'order.charged', data: { cents: 1 } };
      const step = readModels.transaction('totals@1', (tx) => {
        tx.collection<OrderRow>('orders').evolve('order-1', event, evolveOrder);
      });
      await expect(step).rejects.toThrow(/has no position.*projections follow the log/s);
    });
  });

  it('ProjectionsModule connects in this mode when it is named', async () => {
    const events = ['order.charged', 'order.closed'].map((type) => defineEvent(type));
    const imports = [
      EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events }),
      ProjectionsModule.forRoot({ mongodb: { ...place, uri: server.uri, mode: 'watermark' } }),
      ProjectionsModule.forFeature([totals()]),
    ];
    const app = await Test.createTestingModule({ imports }).compile();
    await app.init();
    const store = app.get<EventStore>(getEventStoreToken());
    await charge(store, 'order-1', 7);
    await app.get<ProjectorHost>(getProjectorToken()).waitFor(1, 'totals', { timeout: 20_000 });
    const seen = await rowsOf(app.get<MongoWatermarkReadModels>(getReadModelsToken()));
    const fold = await foldOf(store);
    await app.close();
    expect(seen).toEqual(fold);
  });

  // Each process takes a second to start, and how they die does not depend on the server.
  describe.runIf(server === servers[0] || process.env['VARVE_KILL_ROUNDS'])(
    'an instance that is killed with kill -9',
    () => {
      let logFile: string;
      let log: SqliteEventStore;
      beforeEach(async () => {
        logFile = join(temporaryFolder(), 'log.db');
        log = await SqliteEventStore.open({ file: logFile });
        await fill(log, 12, seededRandom(seed));
        return () => log.close();
      });

      const start = (at: Place, orders: object) =>
        startChild(CHILD, [JSON.stringify({ ...at, logFile, uri: server.uri, ...LEASE, ...orders })]);

      it(`between any two of its commands has neither lost nor applied twice anything (seed ${seed})`, async () => {
        const random = seededRandom(seed);
        const killed = Array.from({ length: rounds }, (_, round) => ({
          place: bench.newPlace(),
          dieAt: wholeBetween(random, MOMENTS.first, MOMENTS.last),
          group: `round ${round}`,
        }));
        await Promise.all(killed.map(die));

        async function die({ place: at, dieAt, group }: (typeof killed)[number]): Promise<void> {
          await start(at, { task: 'catch-up', dieAt, group }).exited;
          const heirs = await bench.open(at);
          await projector({ log, readModels: heirs, group }).runUntilCaughtUp();
          expect(await rowsOf(heirs), `killed at moment ${dieAt}`).toEqual(await foldOf(log));
        }
      });

      it('in a rebuild is gone on with by the next one', async () => {
        await projector({ log }).runUntilCaughtUp();
        const { signal } = await start(place, { task: 'rebuild', dieAt: 60, group: 'default' }).exited;
        expect(signal).toBe('SIGKILL');
        const result = await rebuild({ log, readModels, projection: totals(), verify: 'require', ...LEASE });
        expect(result).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 12 });
        expect(await rowsOf(readModels)).toEqual(await foldOf(log));
      });
    },
  );

  it.runIf(server.capabilities.transactions)('the other mode refuses what was made in this one', async () => {
    const other = MongoReadModels.connect({ ...place, uri: server.uri });
    await expect(other).rejects.toMatchObject({ code: 'store-incompatible' });
  });
});
