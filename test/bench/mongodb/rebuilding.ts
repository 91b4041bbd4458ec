import { defineProjection, Projector, type Projection, type ReadModels } from '@varve/projections';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { MongoReadModels, type MongoTransaction } from '@varve/projections/mongodb';
import { SqliteReadModels } from '@varve/projections/sqlite';
import type { Benchmark, Row } from '../measure.ts';
import { EVENT_TYPE, type Measured } from '../payload.ts';
import { countingProjection } from '../rebuilding.ts';
import { RawCollection } from './raw-collection.ts';
import { fillLog, walkRaw } from './reading.ts';
import { inDatabase, mongodb } from './server.ts';
import { inTurns } from '../turns.ts';

export const mongoRebuilding: Benchmark = {
  name: 'mongodb-rebuild',
  about:
    'a counting projection from position 0, with checkpoints and transactions, against finds of as many documents and JSON.parse',
  run: async ({ quick }) => {
    const { transactions } = await mongodb();
    const amount = quick ? 5_000 : 10_000;
    const turns = quick ? 6 : 12;
    return [await (transactions ? inMongoDb(amount, turns) : inSqlite(amount, turns))];
  },
};

function inMongoDb(amount: number, turns: number): Promise<Row> {
  return inDatabase(async (_, { uri, database }) => {
    const readModels = await MongoReadModels.connect({ uri, database });
    const count = async (name: string): Promise<unknown> =>
      (await readModels.query(name, (query) => query.collection<Totals>('totals').findOne()))?.events;
    const rebuilding = { readModels, count, projection: countingInMongoDb };
    const row = await rebuildRow(rebuilding, amount, turns);
    await readModels.close();
    return { ...row, note: 'read models in MongoDB, rows and checkpoint in one transaction' };
  });
}

async function inSqlite(amount: number, turns: number): Promise<Row> {
  const readModels = await SqliteReadModels.open({ file: ':memory:' });
  const count = async (name: string): Promise<unknown> =>
    (await readModels.query(name, (query) => query.get<Totals>('SELECT events FROM {totals}')))?.events;
  const projection = (name: string) => ({ ...countingProjection(), name });
  const row = await rebuildRow({ readModels, count, projection }, amount, turns);
  await readModels.close();
  return { ...row, note: 'read models in SQLite in memory: the server has no transactions' };
}

interface Totals {
  readonly _id: string;
  readonly events: number;
  readonly cents: number;
}

interface Rebuilding<Tx> {
  readonly readModels: ReadModels<Tx>;
  readonly count: (name: string) => Promise<unknown>;
  readonly projection: (name: string) => Projection<Tx>;
}

/** Each turn is a projection that has not been there before. */
function rebuildRow<Tx>(
  { readModels, count, projection }: Rebuilding<Tx>,
  amount: number,
  turns: number,
): Promise<Row> {
  return inDatabase(async (database, address) => {
    const log = await MongoEventStore.connect(address);
    await fillLog(log, amount);
    const raw = await RawCollection.create(database);
    await raw.fill(amount, 500);
    const row = await inTurns({
      name: 'mongodb-rebuild-counting',
      unit: 'events/s',
      amount,
      turns,
      goal: 0.7,
      ours: async (turn) => {
        const name = `counting${turn}`;
        await new Projector({ log, readModels, projections: [projection(name)] }).runUntilCaughtUp();
        const counted = await count(name);
        if (counted !== amount)
          throw new Error(`The rebuild counted ${String(counted)} of ${amount} events.`);
      },
      reference: () => walkRaw(raw, amount),
    });
    await log.close();
    return row;
  });
}

/** Counts and sums; each batch writes what it has changed. */
function countingInMongoDb(name: string): Projection<MongoTransaction> {
  return defineProjection<MongoTransaction>({
    name,
    version: 1,
    order: 'stream',
    handles: [EVENT_TYPE],
    setup: (tx) => tx.createCollection('totals'),
    applyBatch: async (events, tx) => {
      let cents = 0;
      for (const event of events) cents += (event.data as Measured).amountCents;
      const sums = { $inc: { events: events.length, cents } };
      await tx.collection<Totals>('totals').updateOne({ _id: EVENT_TYPE }, sums, { upsert: true });
    },
  });
}
