import { MongoEventStore } from '@varve/eventstore/mongodb';
import { concurrently, type Benchmark } from '../measure.ts';
import { newEvent, streamName, STREAMS, type Measured } from '../payload.ts';
import { centsOf, RawCollection } from './raw-collection.ts';
import { inDatabase } from './server.ts';
import { inTurns } from '../turns.ts';

const PER_CALL = 500;

export const mongoReading: Benchmark = {
  name: 'mongodb-read-all',
  about: 'a walk over the log with readAll, against finds of as many documents and JSON.parse',
  run: ({ quick }) =>
    inDatabase(async (database, address) => {
      const amount = quick ? 5_000 : 10_000;
      const store = await MongoEventStore.connect(address);
      await fillLog(store, amount);
      const raw = await RawCollection.create(database);
      await raw.fill(amount, PER_CALL);
      const row = await inTurns({
        name: 'mongodb-read-all',
        unit: 'commits/s',
        amount,
        turns: quick ? 8 : 24,
        goal: 0.85,
        ours: () => walkLog(store, amount),
        reference: () => walkRaw(raw, amount),
      });
      await store.close();
      return [row];
    }),
};

/** One event per commit: the most commits that there can be. */
export async function fillLog(store: MongoEventStore, amount: number): Promise<void> {
  await concurrently(amount, 64, (i) =>
    store.append(streamName(i % STREAMS), Math.floor(i / STREAMS), [newEvent(i)]),
  );
}

async function walkLog(store: MongoEventStore, amount: number): Promise<void> {
  let [seen, cents] = [0, 0];
  for await (const { commits } of store.readAll(0, { batchSize: PER_CALL })) {
    seen += commits.length;
    for (const { events } of commits) {
      for (const { data } of events) cents += (data as Measured).amountCents;
    }
  }
  if (seen !== amount || cents === 0) throw new Error(`readAll gave ${seen} of ${amount} commits.`);
}

/** As `readAll` asks: by position, since a cursor would be gone after a pause. */
export async function walkRaw({ commits }: RawCollection, amount: number, perCall = PER_CALL): Promise<void> {
  let [position, cents] = [0, 0];
  for (;;) {
    const found = await commits
      .find({ _id: { $gt: position } })
      .sort({ _id: 1 })
      .limit(perCall)
      .toArray();
    const last = found.at(-1);
    if (!last) break;
    cents += centsOf(found);
    position = last._id;
  }
  if (position !== amount || cents === 0) throw new Error(`${position} of ${amount} commits were read.`);
}
