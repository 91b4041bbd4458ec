import { Processor, type EventStore, type RecordedEvent, type StepResult } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { MongoWatermarkReadModels } from '@varve/projections/mongodb';
import { expect } from 'vitest';
import type { WireProxy } from '../../../../../test/services/mongodb/wire/index.js';
import { until } from '../../../../../test/support/until.js';
import type { Place, WatermarkBench } from './bench.js';
import { charge, close, foldOf, rowsOf, totals, type OrderRow } from './orders.js';

/** What a deliberately broken twin does differently, in place of the read models that go through the proxy. */
export type Twin = (inner: MongoWatermarkReadModels, place: Place) => MongoWatermarkReadModels;

export interface Setting {
  readonly bench: WatermarkBench;
  readonly proxy: WireProxy;
  readonly twin?: Twin;
}

/** A log, and two instances that follow it: one through the proxy, where it can be hindered, and one directly. */
export interface Stage {
  readonly log: EventStore;
  readonly place: Place;
  readonly proxy: WireProxy;
  readonly bench: WatermarkBench;
  readonly hindered: Processor<never>;
  readonly free: Processor<never>;
  readonly readModels: MongoWatermarkReadModels;
  /** Makes the lease free, as a person does who pauses and resumes. */
  freeLease(): Promise<void>;
}

export interface Rule {
  /** A sentence about read models in watermark mode. */
  readonly name: string;
  run(setting: Setting): Promise<void>;
}

export const TOTALS = 'totals@1';
const projection = totals();

export function processorOn(
  log: EventStore,
  store: MongoWatermarkReadModels,
  owner: string,
): Processor<never> {
  const processor = new Processor({
    ...{ id: TOTALS, log, store, owner, order: 'log', leaseDuration: 60_000 },
    failurePolicy: { retries: 0, firstDelay: 0, maxDelay: 0 },
    batch: { initial: 4, max: 4 },
    handler: {
      effects: 'in-transaction',
      apply: (commits, tx) =>
        projection.apply(
          commits.flatMap(({ events }): readonly RecordedEvent[] => events),
          tx,
        ),
    },
  });
  return processor as unknown as Processor<never>;
}

function rule(name: string, work: (stage: Stage) => Promise<void>): Rule {
  return {
    name,
    async run({ bench, proxy, twin = (inner) => inner }) {
      const place = bench.newPlace();
      const log = new InMemoryEventStore();
      const readModels = await bench.open(place);
      const through = await bench.open(place, { uri: proxy.uri, commandTimeout: 5_000 });
      await readModels.createVersion(projection, log.logId, 'first');
      const hindered = processorOn(log, twin(through, place), 'hindered');
      const free = processorOn(log, twin(readModels, place), 'free');
      const freeLease = async () => readModels.setState(TOTALS, 'active');
      try {
        await work({ log, place, proxy, bench, hindered, free, readModels, freeLease });
      } finally {
        proxy.clear();
        await Promise.all([hindered.stop(), free.stop(), through.close()]);
      }
    },
  };
}

const isOf = (collection: string) => (body: object) =>
  Object.values(body).some((value) => typeof value === 'string' && value.endsWith(collection));

/** The writes of rows, and those of checkpoints. */
const ROWS = { command: ['insert', 'update'], where: isOf('__orders') };
const CHECKPOINT = {
  command: 'update',
  where: (body: UpdateBody) => isOf('varve_processors')(body) && setsPosition(body),
};

async function caughtUp(processor: Processor<never>): Promise<void> {
  const results: StepResult[] = [];
  while (results.at(-1)?.kind !== 'caught-up') {
    results.push(await processor.runOnce());
    if (results.length > 20) throw new Error(`it does not catch up: ${JSON.stringify(results.at(-1))}`);
  }
}

async function assertRows({ readModels, log }: Stage): Promise<void> {
  expect(await rowsOf(readModels)).toEqual(await foldOf(log));
}

/** Held at its first write of a row, which arrives when another instance has done what it was about to do, and more. */
async function overtaken(stage: Stage, meanwhile: () => Promise<void>): Promise<StepResult> {
  const { proxy, hindered, free, freeLease } = stage;
  const trap = proxy.on(ROWS, { does: 'hold' });
  const late = hindered.runOnce();
  await until(() => trap.caught.length === 1);
  await freeLease();
  await meanwhile();
  await caughtUp(free);
  trap.release();
  return late;
}

export const watermarkRules: readonly Rule[] = [
  rule('has each commit once that is applied again after a crash behind the rows', async (stage) => {
    const { log, proxy, hindered, free, freeLease } = stage;
    for (const cents of [1, 2, 3]) await charge(log, `order-${cents % 2}`, cents);
    proxy.on(CHECKPOINT, { does: 'cut' });
    expect(await hindered.runOnce()).toMatchObject({ kind: 'unavailable' });
    await freeLease();
    await caughtUp(free);
    await assertRows(stage);
  }),

  rule('says how far rows may be ahead of the checkpoint, until it is there', async (stage) => {
    const { log, proxy, hindered, free, readModels, freeLease } = stage;
    for (const cents of [1, 2, 3]) await charge(log, 'order-1', cents);
    proxy.on(CHECKPOINT, { does: 'cut' });
    await hindered.runOnce();
    expect(await readModels.load(TOTALS)).toMatchObject({ position: 0, ahead: { position: 3 } });
    await freeLease();
    await caughtUp(free);
    expect(await readModels.load(TOTALS)).not.toHaveProperty('ahead');
  }),

  rule('loses no commit after a crash between two rows', async (stage) => {
    const { log, proxy, hindered, free, freeLease } = stage;
    for (const cents of [1, 2, 3]) await charge(log, `order-${cents}`, cents);
    proxy.on({ ...ROWS, where: isOf('__ledger'), times: Infinity }, { does: 'cut' });
    expect(await hindered.runOnce()).toMatchObject({ kind: 'unavailable' });
    await freeLease();
    await caughtUp(free);
    await assertRows(stage);
  }),

  rule('has each commit once when an instance that slept in the middle of a step goes on', async (stage) => {
    const { log } = stage;
    await charge(log, 'order-1', 1);
    await caughtUp(stage.hindered);
    await charge(log, 'order-1', 2);
    const late = await overtaken(stage, () => charge(log, 'order-1', 4));
    await assertRows(stage);
    expect(late.kind).toBe('lease-lost');
  }),

  rule('does not bring back a row that was deleted meanwhile', async (stage) => {
    const { log } = stage;
    await charge(log, 'order-1', 1);
    await overtaken(stage, () => close(log, 'order-1'));
    await assertRows(stage);
  }),

  rule('shows and counts no row that was deleted', async ({ log, free, readModels }) => {
    for (const stream of ['order-1', 'order-2']) await charge(log, stream, 5);
    await close(log, 'order-1');
    await caughtUp(free);
    const seen = await readModels.query('totals', async (q) => {
      const orders = q.collection<OrderRow>('orders');
      const sum = [{ $group: { _id: 'sum', rows: { $sum: 1 } } }];
      return {
        found: (await orders.find().toArray()).map(({ _id }) => _id),
        one: await orders.findOne({ _id: 'order-1' }),
        count: await orders.countDocuments(),
        ids: await orders.distinct('_id'),
        sum: await orders.aggregate(sum).toArray(),
      };
    });
    const rows = { found: ['order-2'], count: 1, ids: ['order-2'], sum: [{ _id: 'sum', rows: 1 }] };
    expect(seen).toEqual({ ...rows, one: null });
  }),

  rule('takes a row that another index refuses for no row that is there already', async (stage) => {
    const { log, free, readModels, bench, place } = stage;
    await bench.raw<OrderRow>(place, 'totals__v1__orders').createIndex({ cents: 1 }, { unique: true }, {});
    await charge(log, 'order-1', 7);
    await charge(log, 'order-2', 7);
    // Both together, the first alone, and the second.
    const results = [await free.runOnce(), await free.runOnce(), await free.runOnce()];
    const stopped = results.find((result) => result.kind === 'stopped');
    expect(stopped?.error).toMatchObject({
      ...{ code: 'projection-failed', position: 2 },
      cause: { code: 'row-refused', rowId: 'order-2', message: expect.stringMatching(/drop a unique index/) },
    });
    expect(await readModels.load(TOTALS)).toMatchObject({ position: 1 });
  }),
];

interface UpdateBody {
  readonly updates?: readonly { readonly u?: { readonly $set?: object } }[];
}

function setsPosition({ updates }: UpdateBody): boolean {
  return updates?.some(({ u }) => u?.$set && 'position' in u.$set) ?? false;
}
