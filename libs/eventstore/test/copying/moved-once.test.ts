import { describe, expect, test } from 'vitest';
import { copyLog, type LogSeal } from '@varve/eventstore';
import type { SqliteEventStore } from '@varve/eventstore/sqlite';
import { startChild } from '../../../../test/support/children.js';
import { closeAll, fill, folderOfTest, noted, open, remove, use } from './logs.js';

async function used(): Promise<SqliteEventStore> {
  const source = await open('old.db');
  await use(source, 30);
  return source;
}

const move = async (name: string, source: SqliteEventStore) =>
  copyLog(source, await fill(name, source), { as: 'move' });

describe('A log that was moved', () => {
  test('is not moved again, though the new place is gone or empty', async () => {
    const source = await used();
    const { seal } = await move('new.db', source);
    await (await open('new.db')).append('note-1', 'any', noted(1));
    await closeAll();
    remove('new.db');
    const old = await open('old.db');
    for (const name of ['new.db', 'other.db']) {
      await expect(move(name, old)).rejects.toMatchObject({
        code: 'invalid-options',
        option: 'to',
        message: expect.stringMatching(
          /was moved to .*new\.db and goes on there.*restore it from its backup/,
        ) as string,
      });
    }
    await expect(open('new.db')).rejects.toMatchObject({ code: 'log-incomplete' });
    expect(await old.findSeal()).toEqual(seal);
  });

  test('can still be copied to where it was, as another log', async () => {
    const source = await used();
    await move('new.db', source);
    remove('new.db');
    const { logId, commits } = await copyLog(source, await fill('new.db', source), { as: 'copy' });
    expect([logId === source.logId, commits]).toEqual([false, 30]);
    expect((await open('new.db')).logId).toBe(logId);
  });

  test('goes on as one of two copies that are finished at the same time', async () => {
    const source = await used();
    const [one, other] = [await fill('new.db', source), await fill('elsewhere.db', source)];
    // The same place, as two machines name it.
    Object.defineProperty(other, 'location', { value: one.location });
    const moves = [one, other].map((target) => copyLog(source, target, { as: 'move' }));
    const outcomes = (await Promise.allSettled(moves)).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
    const { handedTo } = (await source.findSeal()) as LogSeal;
    expect(handedTo).toBeDefined();
  });
});

describe('A move that was killed with kill -9', () => {
  for (const step of [
    'before the seal',
    'after the seal',
    'before it is handed over',
    'after it is handed over',
    'after the release',
  ]) {
    test(`${step} is finished by the next one, once`, async () => {
      const source = await used();
      const { logId } = source;
      const child = startChild(new URL('./move.child.ts', import.meta.url), [folderOfTest(), step]);
      expect(await child.exited).toEqual({ code: null, signal: 'SIGKILL' });
      if (step === 'after the release') {
        await expect(fill('new.db', source)).rejects.toThrow(/There is a log of 30 commits/);
      } else {
        await expect(open('new.db')).rejects.toMatchObject({ code: 'log-incomplete' });
        expect(await move('new.db', source)).toMatchObject({ logId, commits: 30, fences: 2 });
      }
      const moved = await open('new.db');
      expect([moved.logId, await moved.head()]).toEqual([logId, 30]);
      await expect(source.append('note-1', 'any', noted(1))).rejects.toMatchObject({ code: 'log-sealed' });
      await expect(move('other.db', source)).rejects.toThrow(/was moved to .*new\.db and goes on there/);
    });
  }
});
