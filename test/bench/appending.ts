import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import {
  compare,
  concurrently,
  inFolder,
  median,
  timed,
  type Benchmark,
  type Row,
  type Scale,
  type Side,
} from './measure.ts';
import { newEvent, newEvents, streamNames, STREAMS } from './payload.ts';
import { PlainTable } from './plain-table.ts';

const CALLERS = 64;

export const sequential: Benchmark = {
  name: 'append-sequential',
  about: 'one caller, one event per append, against one INSERT per transaction',
  run: async ({ quick }) => {
    const chunks = quick ? 20 : 80;
    const { ours, reference } = await inFolder((folder) => chunkByChunk(folder, chunks));
    const rate = (times: readonly number[]): number => (CHUNK * 1000) / median(times);
    const ratio = median(ours.map((time, chunk) => (reference[chunk] ?? Number.NaN) / time));
    return [
      {
        name: 'append-sequential',
        unit: 'events/s',
        ours: rate(ours),
        reference: rate(reference),
        ratio,
        goal: 0.95,
      },
    ];
  },
};

const CHUNK = 50;

/** A disk flush takes twice as long in one second as in the next, so both sides take turns every few milliseconds. */
async function chunkByChunk(
  folder: string,
  chunks: number,
): Promise<{ readonly ours: readonly number[]; readonly reference: readonly number[] }> {
  const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
  await Promise.all(streamNames.map((stream, i) => store.append(stream, 0, [newEvent(i)])));
  const table = new PlainTable(folder);
  table.fill(STREAMS, STREAMS, STREAMS);
  const ours: number[] = [];
  const reference: number[] = [];
  for (let from = 0; from < chunks * CHUNK; from += CHUNK) {
    const append = async (): Promise<void> => {
      for (let i = from; i < from + CHUNK; i++) {
        await store.append(streamAt(i), Math.floor(i / STREAMS) + 1, [newEvent(i)]);
      }
    };
    const insert = (): void => {
      for (let i = from; i < from + CHUNK; i++) table.insert(streamAt(i), Math.floor(i / STREAMS) + 2, i);
    };
    const turns = [
      async () => ours.push(await timed(append)),
      async () => reference.push(await timed(insert)),
    ];
    for (const turn of (from / CHUNK) % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  await store.close();
  table.close();
  return { ours, reference };
}

export const concurrent: Benchmark = {
  name: 'append-64',
  about:
    '64 concurrent callers, against one transaction per append and against a bare loop of 64 appends per transaction',
  run: async (scale) => {
    const few = scale.quick ? 2_000 : 8_000;
    const appends = scale.quick ? 12_800 : 64_000;
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

/** On streams that are there already, like those of the reference. */
export function sequentialAppends(amount: number): Side {
  return async (folder) => {
    const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
    await Promise.all(streamNames.map((stream, i) => store.append(stream, 0, [newEvent(i)])));
    const milliseconds = await timed(async () => {
      for (let i = 0; i < amount; i++) {
        await store.append(streamAt(i), Math.floor(i / STREAMS) + 1, [newEvent(i)]);
      }
    });
    await store.close();
    return milliseconds;
  };
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
