import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { FaultyStore } from './faulty-store.js';

const event = (n: number) => [{ type: 'n.counted', data: { n } }];

test('callers that wait together are written in one transaction', async () => {
  const store = await FaultyStore.open({ file: join(temporaryFolder(), 'log.db') });
  const observer = await SqliteEventStore.open({ file: store.location });
  const heads: number[] = [];
  const group = Array.from({ length: 50 }, (_, n) =>
    store.append(`n-${n}`, 'no-stream', event(n)).then(async () => heads.push(await observer.head())),
  );
  await Promise.all(group);
  expect(new Set(heads)).toEqual(new Set([50]));
  await Promise.all([store.close(), observer.close()]);
});

test('two callers with one commit id in one group are judged one after the other', async () => {
  const store = await SqliteEventStore.open({ file: ':memory:' });
  const [first, second, other] = await Promise.allSettled([
    store.append('n-1', 'no-stream', event(1), { commitId: 'c' }),
    store.append('n-1', 'no-stream', event(1), { commitId: 'c' }),
    store.append('n-1', 'any', event(2), { commitId: 'c' }),
  ]);
  expect(first).toMatchObject({ value: { ok: true, commit: { position: 1 } } });
  expect(second).toEqual(first);
  expect(other).toMatchObject({ reason: { code: 'commit-id-reused' } });
  await store.close();
});

test('an append and a fence of one id in one group come in the order of the calls', async () => {
  const store = await SqliteEventStore.open({ file: ':memory:' });
  const answers = await Promise.allSettled([
    store.append('n-1', 'any', event(1), { commitId: 'a' }),
    store.fence('a'),
    store.fence('b'),
    store.append('n-1', 'any', event(1), { commitId: 'b' }),
  ]);
  expect(answers).toMatchObject([
    { value: { ok: true } },
    { value: { outcome: 'committed' } },
    { value: { outcome: 'fenced' } },
    { reason: { code: 'commit-fenced' } },
  ]);
  await store.close();
});

test('what a rolled-back group had cached does not count: not the head, not the stream, not its id', async () => {
  const store = await FaultyStore.open({ file: join(temporaryFolder(), 'log.db') });
  await store.append('old-1', 'no-stream', event(1));
  store.failNextCommit(2);
  const failed = [store.append('new-1', 'no-stream', event(1)), store.append('old-1', 1, event(2))];
  for (const answer of await Promise.allSettled(failed)) expect(answer.status).toBe('rejected');
  expect(await store.append('other-1', 'no-stream', event(1))).toMatchObject({ commit: { position: 2 } });
  expect(await store.append('new-1', 'no-stream', event(1))).toMatchObject({ commit: { position: 3 } });
  expect(await store.append('old-1', 1, event(2))).toMatchObject({
    commit: { position: 4, firstVersion: 2 },
  });
  expect((await store.verify()).problems).toEqual([]);
  await store.close();
});

test('notices between two groups what another connection has appended to a stream that it knows', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const [one, two] = [await SqliteEventStore.open({ file }), await SqliteEventStore.open({ file })];
  for (let version = 0; version < 20; version += 2) {
    expect(await one.append('n-1', version, event(1))).toMatchObject({ ok: true });
    expect(await two.append('n-1', version, event(1))).toMatchObject({ conflict: { actual: version + 1 } });
    expect(await two.append('n-1', version + 1, event(1))).toMatchObject({ ok: true });
  }
  await two.closeStream('n-1', 20);
  await expect(one.append('n-1', 'any', event(1))).rejects.toMatchObject({ code: 'stream-closed' });
  await Promise.all([one.close(), two.close()]);
});

test('a group takes no more bytes than its bound, and a larger commit goes alone', async () => {
  const store = await SqliteEventStore.open({ file: join(temporaryFolder(), 'log.db') });
  const observer = await SqliteEventStore.open({ file: store.location });
  const large = [{ type: 'n.large', data: 'x'.repeat(3_000_000) }];
  const heads: number[] = [];
  await Promise.all(
    Array.from({ length: 6 }, (_, n) =>
      store.append(`n-${n}`, 'any', large).then(async () => heads.push(await observer.head())),
    ),
  );
  expect(new Set(heads)).toEqual(new Set([2, 4, 6]));
  await Promise.all([store.close(), observer.close()]);
});

test('a sealed log refuses new commits and still answers for old ones', async () => {
  const store = await FaultyStore.open({ file: join(temporaryFolder(), 'log.db') });
  const first = await store.append('n-1', 'any', event(1), { commitId: 'c' });
  const tool = new Database(store.location);
  tool.exec('UPDATE log SET sealed = 1');
  tool.close();
  await expect(store.append('n-1', 'any', event(2))).rejects.toMatchObject({ code: 'log-sealed' });
  expect(await store.append('n-1', 'any', event(1), { commitId: 'c' })).toEqual(first);
  await store.close();
});

test('who opens a sealed log is warned, and can read it', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await FaultyStore.open({ file });
  await store.append('n-1', 'any', event(1));
  await store.seal({ movedTo: 'db.example/shop.varve_commits' });
  await store.close();
  for (const readOnly of [false, true]) {
    const warnings: string[] = [];
    const opened = await SqliteEventStore.open({
      file,
      readOnly,
      logger: { warn: (message) => void warnings.push(message) },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/sealed at .* at position 1: it is being moved to db\.example/),
    ]);
    expect(await opened.head()).toBe(1);
    await opened.close();
  }
});
