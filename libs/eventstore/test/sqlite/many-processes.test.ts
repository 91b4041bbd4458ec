import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { startChild, type Child } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

interface Told {
  readonly ready?: true;
  readonly done?: true;
  readonly commitId?: string;
  readonly position?: number;
  readonly outcome?: string;
}

const WRITER = new URL('./writer.child.ts', import.meta.url);
const isReady = (message: unknown): message is Told => (message as Told).ready === true;
const isDone = (message: unknown): message is Told => (message as Told).done === true;

async function startTogether(file: string, ...roles: readonly (readonly string[])[]): Promise<Child[]> {
  const children = roles.map((role) => startChild(WRITER, [file, ...role]));
  await Promise.all(children.map((child) => child.heard(isReady, 'being ready')));
  for (const child of children) child.say('go');
  return children;
}

const told = (child: Child): Told[] => child.messages as Told[];

test('a reader that follows the log misses nothing that three processes append at once', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  const writers = await startTogether(file, ['a', '200', '5'], ['b', '200', '5'], ['c', '200', '7']);
  const seen: { position: number; commitId: string | undefined }[] = [];
  const patience = AbortSignal.timeout(50_000);
  let after = 0;
  while (after < 600 && !patience.aborted) {
    await store.waitForCommit(after, patience);
    for await (const { commits, upTo } of store.readAll(after, { batchSize: 7 })) {
      seen.push(...commits.map(({ position, commitId }) => ({ position, commitId })));
      after = upTo;
    }
  }
  await Promise.all(writers.map((writer) => writer.heard(isDone, 'the end')));
  expect(seen.map(({ position }) => position)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
  const acknowledged = writers.flatMap(told).filter(({ position }) => position !== undefined);
  const inLog = new Map(seen.map(({ commitId, position }) => [commitId, position]));
  expect(acknowledged).toHaveLength(600);
  for (const { commitId, position } of acknowledged) expect(inLog.get(commitId)).toBe(position);
  expect((await store.verify()).problems).toEqual([]);
  await store.close();
});

test('of an append and a fence of one commit id in two processes exactly one wins, and both know which', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  const [fences, appends] = (await startTogether(file, ['fences', '200'], ['appends', '200'])) as [
    Child,
    Child,
  ];
  await Promise.all([fences.heard(isDone, 'the end'), appends.heard(isDone, 'the end')]);
  const ofAppend = new Map(told(appends).map(({ commitId, outcome }) => [commitId, outcome]));
  const answers = told(fences).filter(({ outcome }) => outcome !== undefined);
  expect(answers).toHaveLength(200);
  for (const { commitId, outcome } of answers) {
    const agreed = { committed: 'committed', fenced: 'commit-fenced' }[outcome!];
    expect(ofAppend.get(commitId)).toBe(agreed);
    expect((await store.findCommit(commitId!)).outcome).toBe(outcome);
  }
  expect((await store.verify()).problems).toEqual([]);
  await store.close();
});

test('a process that waits for a commit is woken by the append of another process', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  const waiting = store.waitForCommit(0, AbortSignal.timeout(50_000));
  const [writer] = (await startTogether(file, ['a', '1'])) as [Child];
  await waiting;
  expect(await store.head()).toBe(1);
  await writer.heard(isDone, 'the end');
  await store.close();
});

test('several processes create one log', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const writers = await startTogether(file, ['a', '16'], ['b', '16'], ['c', '16']);
  await Promise.all(writers.map((writer) => writer.heard(isDone, 'the end')));
  const store = await SqliteEventStore.open({ file });
  expect(await store.head()).toBe(48);
  await store.close();
});
