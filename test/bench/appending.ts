import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import {
  compare,
  concurrently,
  inFolder,
  timed,
  type Benchmark,
  type Row,
  type Scale,
  type Side,
} from './measure.ts';
import { newEvent, newEvents, streamNames, STREAMS } from './payload.ts';
import { PlainTable } from './plain-table.ts';
import { inTurns } from './turns.ts';

export const CALLERS = 64;

export const sequential: Benchmark = {
  name: 'append-sequential',
  about:
    'one caller, one event per append, against one INSERT per transaction; in a new log, and in one in use',
  run: async ({ quick }) => [
    await sequentialRow({ name: 'append-sequential', goal: 0.95, quick, age: 1 }),
    await sequentialRow({ name: 'append-sequential-in-use', goal: null, quick, age: IN_USE }),
  ],
};

/**
 * Events in each stream of a log in use: enough that "-wal" has begun anew on both sides. Until then it grows, and for a file that grows the
 * disk has more to write.
 */
export const IN_USE = 60;

function sequentialRow(row: Omit<OneByOne, 'ours' | 'reference'>): Promise<Row> {
  return inFolder(async (folder) => {
    const log = await logOfAge(folder, row.age);
    const table = new PlainTable(folder);
    table.fill(STREAMS * row.age, STREAMS, STREAMS);
    const insert = (stream: string, version: number, i: number): void => table.insert(stream, version + 1, i);
    const measured = await oneByOne({ ...row, ours: appender(log), reference: insert });
    await log.close();
    table.close();
    return measured;
  });
}

/** A log of 1,000 streams with so many events each. */
export async function logOfAge(folder: string, age: number): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  for (let version = 0; version < age; version++) {
    await Promise.all(streamNames.map((stream, i) => store.append(stream, version, [newEvent(i)])));
  }
  return store;
}

export function appender(store: SqliteEventStore): AppendOne {
  return async (stream, version, i) => {
    const result = await store.append(stream, version, [newEvent(i)]);
    if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
  };
}

/** One event behind `version` of a stream. */
type AppendOne = (stream: string, version: number, i: number) => unknown;

interface OneByOne {
  readonly name: string;
  readonly goal: number | null;
  readonly quick: boolean;
  /** Events in each stream before. */
  readonly age: number;
  readonly ours: AppendOne;
  readonly reference: AppendOne;
}

const TURN = 50;

/** One caller on all the streams, one after the other. */
export function oneByOne({ name, goal, quick, age, ours, reference }: OneByOne): Promise<Row> {
  const some = (append: AppendOne) => async (turn: number) => {
    for (let i = turn * TURN; i < (turn + 1) * TURN; i++) {
      await append(streamAt(i), age + Math.floor(i / STREAMS), i);
    }
  };
  return inTurns({
    ...{ name, unit: 'events/s', amount: TURN, turns: quick ? 24 : 96, goal },
    ours: some(ours),
    reference: some(reference),
  });
}

export const concurrent: Benchmark = {
  name: 'append-64',
  about:
    '64 concurrent callers, against one transaction per append and against a bare loop of 64 appends per transaction',
  run: async (scale) => {
    const few = scale.quick ? 4_000 : 64_000;
    const appends = scale.quick ? 12_800 : 128_000;
    const rows: [string, Side, Side, number, number][] = [
      ['append-64-one-transaction-each', concurrentAppends(few, 1), transactions(few, 1, 1), few, 6],
      [
        'append-64-bare-loop-1-event',
        concurrentAppends(appends, 1),
        transactions(appends, CALLERS, 1),
        appends,
        1.2,
      ],
      [
        'append-64-bare-loop-10-events',
        concurrentAppends(appends / 4, 10),
        transactions(appends / 4, CALLERS, 10),
        appends * 2.5,
        1.6,
      ],
    ];
    const measured: Row[] = [];
    for (const [name, ours, reference, amount, goal] of rows) {
      measured.push(await compare({ name, unit: 'events/s', amount, goal, ours, reference }, widened(scale)));
    }
    return measured;
  },
};

/** These rows are short, and the disk is not the same from second to second. */
function widened(scale: Scale): Scale {
  return { ...scale, rounds: scale.quick ? scale.rounds : scale.rounds + 2 };
}

/** Each caller takes the next stream, and says which version it expects; nobody else is on that stream at the time. */
export function concurrentAppends(appends: number, eventsEach: number): Side {
  return async (folder) => {
    const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    const milliseconds = await timed(() =>
      concurrently(appends, CALLERS, async (item) => {
        const expected = Math.floor(item / STREAMS) * eventsEach;
        const result = await store.append(streamAt(item), expected, newEvents(item * eventsEach, eventsEach));
        if (!result.ok) throw new Error('A caller that is alone on its stream met a conflict.');
      }),
    );
    await store.close();
    return milliseconds;
  };
}

/** The reference: `perTransaction` appends of `eventsEach` rows in each transaction. */
export function transactions(appends: number, perTransaction: number, eventsEach: number): Side {
  return async (folder) => {
    const table = new PlainTable(folder);
    table.fill(STREAMS, STREAMS, STREAMS);
    const insertSome = table.database.transaction((from: number, to: number) => {
      for (let append = from; append < to; append++) {
        const version = Math.floor(append / STREAMS) * eventsEach + 1;
        for (let event = 0; event < eventsEach; event++) {
          table.insert(streamAt(append), version + event + 1, append * eventsEach + event);
        }
      }
    });
    const milliseconds = await timed(() => {
      for (let from = 0; from < appends; from += perTransaction) {
        insertSome(from, Math.min(appends, from + perTransaction));
      }
    });
    table.close();
    return milliseconds;
  };
}

function streamAt(append: number): string {
  return streamNames[append % STREAMS] ?? '';
}
