import { join } from 'node:path';
import type { Commit } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { expect, test } from 'vitest';
import { wholeBetween } from '../support/seeded-random.ts';
import { startChild, type Child } from '../support/children.js';
import { temporaryFolder } from '../support/temp-dir.js';
import { KilledWriter } from './support/killed-writer.js';
import { chanceFor, rounds, timeFor } from './support/rounds.js';
import { assertExactlyOnce, assertNumbersWithoutGap, digestOf } from './support/whole-log.js';

const WRITERS = ['ada', 'bob', 'cleo'];
const TAIL = new URL('./tail.child.ts', import.meta.url);

type Told = Readonly<Record<string, unknown>>;

const telling =
  (key: string) =>
  (message: unknown): message is Told =>
    (message as Told)[key] !== undefined;

async function startTail(file: string, ...category: readonly string[]): Promise<Child> {
  const tail = startChild(TAIL, [file, ...category]);
  await tail.heard(telling('following'), 'that it follows');
  return tail;
}

async function seenBy(tail: Child, end: number): Promise<unknown> {
  tail.say({ end });
  return (await tail.heard(telling('saw'), 'what it saw'))['saw'];
}

async function readLog(file: string): Promise<Commit[]> {
  const store = await SqliteEventStore.open({ file });
  expect((await store.verify()).problems).toEqual([]);
  const commits: Commit[] = [];
  for await (const batch of store.readAll(0)) commits.push(...batch.commits);
  await store.close();
  return commits;
}

test(
  'of three writers that are killed with kill -9 at any moment, each acknowledged append is in the log once, and no reader misses any',
  async () => {
    const chance = chanceFor('killed writers');
    const file = join(temporaryFolder(), 'log.db');
    await (await SqliteEventStore.open({ file })).close();
    const [tail, ordersTail] = [await startTail(file), await startTail(file, 'order')];
    const writers = WRITERS.map((name) => new KilledWriter(file, name));
    let left = rounds;
    await Promise.all(
      writers.map(async (writer) => {
        while (left-- > 0) await writer.killAfter(chance() < 0.15 ? 0 : wholeBetween(chance, 1, 200));
      }),
    );
    for (const writer of writers) await writer.finish();

    const commits = await readLog(file);
    assertExactlyOnce(commits, writers);
    assertNumbersWithoutGap(commits);
    expect(await seenBy(tail, commits.length)).toEqual(digestOf(commits));
    const orders = commits.filter(({ stream }) => stream.startsWith('order-'));
    expect(await seenBy(ordersTail, commits.length)).toEqual(digestOf(orders));
  },
  timeFor(rounds),
);
