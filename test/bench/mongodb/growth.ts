import { MongoEventStore } from '@varve/eventstore/mongodb';
import { concurrently, median, timed, type Benchmark, type Row } from '../measure.ts';
import { newEvent } from '../payload.ts';
import { fillCommits } from './raw-collection.ts';
import { inDatabase } from './server.ts';

const CALLERS = 64;
const PROBE = 3_200;
const ROUNDS = 3;

interface Point {
  readonly commits: number;
  readonly microseconds: number;
}

export const mongoGrowth: Benchmark = {
  name: 'mongodb-growth',
  about: 'cost per append with 64 callers while the log grows from 10 thousand to a million commits',
  run: ({ quick }) =>
    inDatabase(async (database, address) => {
      const sizes = quick ? [1_000, 10_000, 40_000] : [10_000, 100_000, 1_000_000];
      const store = await MongoEventStore.connect(address);
      const points: Point[] = [];
      // A server that compiles while it works would make the smallest log the slowest.
      await probe(store, 0);
      for (const commits of sizes) {
        const head = await store.head();
        await fillCommits(database.collection('varve_commits'), head, commits - head);
        points.push({ commits, microseconds: await probe(store, commits) });
      }
      await store.close();
      return points.map((point) => rowOf(point, points));
    }),
};

function rowOf({ commits, microseconds }: Point, points: readonly Point[]): Row {
  const [first] = points;
  return {
    name: `mongodb-append-cost-at-${commits.toLocaleString('en-US')}-commits`,
    unit: 'µs (less is better)',
    ours: microseconds,
    reference: first?.microseconds ?? null,
    ratio: (first?.microseconds ?? Number.NaN) / microseconds,
    goal: commits === points.at(-1)?.commits ? 0.8 : null,
    note: 'the reference is the first size',
  };
}

/** The first appends find out where the log ends now, and count for nothing. */
async function probe(store: MongoEventStore, commits: number): Promise<number> {
  const versions = new Array<number>(CALLERS).fill(0);
  const append = (_: unknown, caller: number): Promise<unknown> =>
    store.append(`probe-${commits}.${caller}`, versions[caller]!++, [newEvent(caller)]);
  await concurrently(CALLERS * 10, CALLERS, append);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const milliseconds = await timed(() => concurrently(PROBE, CALLERS, append));
    times.push((milliseconds * 1000) / PROBE);
  }
  return median(times);
}
