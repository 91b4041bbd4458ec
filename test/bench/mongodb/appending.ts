import { MongoEventStore } from '@varve/eventstore/mongodb';
import { concurrently, type Benchmark, type Row } from '../measure.ts';
import { newEvent, streamNames, STREAMS } from '../payload.ts';
import { RawCollection } from './raw-collection.ts';
import { inDatabase } from './server.ts';
import { inTurns } from '../turns.ts';

const CALLERS = 64;

export const mongoAppending: Benchmark = {
  name: 'mongodb-append',
  about: 'appends by 64 callers and by one, against insertMany of as many documents a call',
  run: async ({ quick }) => [
    await row('mongodb-append-64', { callers: CALLERS, perTurn: 1_024, turns: quick ? 8 : 32, goal: 0.8 }),
    await row('mongodb-append-sequential', { callers: 1, perTurn: 50, turns: quick ? 16 : 64, goal: 0.85 }),
  ],
};

interface Appends {
  readonly callers: number;
  readonly perTurn: number;
  readonly turns: number;
  readonly goal: number;
}

/** On streams that are there already, on both sides. */
function row(name: string, { callers, perTurn, turns, goal }: Appends): Promise<Row> {
  return inDatabase(async (database, address) => {
    const store = await MongoEventStore.connect(address);
    const raw = await RawCollection.create(database);
    await Promise.all(streamNames.map((stream, i) => store.append(stream, 0, [newEvent(i)])));
    await raw.fill(STREAMS, CALLERS);
    const measured = await inTurns({
      name,
      unit: 'commits/s',
      amount: perTurn,
      turns,
      goal,
      ours: (turn) => appendSome(store, { from: STREAMS + turn * perTurn, count: perTurn, callers }),
      reference: async (turn) => {
        const from = STREAMS + turn * perTurn;
        for (let i = 0; i < perTurn; i += callers) await raw.insert(from + i, Math.min(callers, perTurn - i));
      },
    });
    await store.close();
    return measured;
  });
}

/** Each caller takes the next stream, and says which version it expects; nobody else is on that stream at the time. */
function appendSome(
  store: MongoEventStore,
  { from, count, callers }: { readonly from: number; readonly count: number; readonly callers: number },
): Promise<void> {
  return concurrently(count, callers, async (item) => {
    const index = from + item;
    const expected = Math.floor(index / STREAMS);
    const result = await store.append(streamNames[index % STREAMS] ?? '', expected, [newEvent(index)]);
    if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
  });
}
