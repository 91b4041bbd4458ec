import { Collection } from 'mongodb';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { isEventStoreError } from '@varve/eventstore';
import { MongoEventStore, MongoLogFilling, type MongoEventStoreOptions } from '@varve/eventstore/mongodb';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

const SOURCE = { logId: '6b0e4c1e-0000-4000-8000-000000000001', location: 'the source' };
const noted = [{ type: 'note.taken', data: {} }];
const ASKED = ['findOne', 'insertOne', 'updateOne'] as const;

type Work = (options: MongoEventStoreOptions) => Promise<unknown>;

function storedCommit(position: number) {
  const at = new Date('2026-01-01T00:00:00Z');
  const text = JSON.stringify(noted);
  return { position, stream: 'copied-1', firstVersion: position, lastVersion: position, at, text };
}

const append: Work = async (options) => {
  const store = await MongoEventStore.connect(options);
  try {
    return await store.append('note-1', 'any', noted);
  } finally {
    await store.close();
  }
};

const copy: Work = async (options) => {
  const filling = await MongoLogFilling.connect(options, SOURCE);
  try {
    await filling.put([1, 2].map(storedCommit));
    return filling.logId;
  } finally {
    await filling.close();
  }
};

describe.each(await mongoServers())('On $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  /** Does `work` on a new log as often as it asks the server for something, each time with all of `other` right behind one of the questions. */
  async function eachTogether(work: Work, other: Work): Promise<PromiseSettledResult<unknown>[][]> {
    const outcomes: PromiseSettledResult<unknown>[][] = [];
    for (let at = 1; ; at++) {
      const options = bench.newLog();
      let asked = 0;
      let done: Promise<unknown> | undefined;
      for (const name of ASKED) {
        const original = Reflect.get(Collection.prototype, name) as (...args: unknown[]) => Promise<unknown>;
        vi.spyOn(Collection.prototype, name).mockImplementation(async function (
          this: object,
          ...args: unknown[]
        ) {
          const answer = await original.apply(this, args);
          asked += 1;
          if (asked !== at) return answer as never;
          done = other(options);
          await Promise.allSettled([done]);
          return answer as never;
        });
      }
      const [outcome] = await Promise.allSettled([work(options)]);
      vi.restoreAllMocks();
      if (!done) return outcomes;
      outcomes.push([outcome, ...(await Promise.allSettled([done]))]);
    }
  }

  test('two that make a log together both open it, though one has written to it between two steps of the other', async () => {
    const outcomes = await eachTogether(append, append);
    expect(outcomes.length).toBeGreaterThan(3);
    for (const both of outcomes) {
      expect(both).toEqual(
        both.map(() => ({ status: 'fulfilled', value: expect.objectContaining({ ok: true }) as object })),
      );
    }
  });

  test('a log that somebody begins to fill while it is opened is not written to, or not filled', async () => {
    const outcomes = await eachTogether(append, copy);
    expect(outcomes.length).toBeGreaterThan(3);
    for (const [appended, copied] of outcomes) {
      expect(appended!.status).not.toBe(copied!.status);
      const { reason } = (appended!.status === 'rejected' ? appended : copied) as PromiseRejectedResult;
      expect(isEventStoreError(reason) && reason.code).toMatch(
        /^(log-incomplete|log-diverged|invalid-options)$/,
      );
    }
  });

  test('two that begin to fill a log together go on together, though one has filled some of it between two steps of the other', async () => {
    const outcomes = await eachTogether(copy, copy);
    expect(outcomes.length).toBeGreaterThan(3);
    for (const [one, other] of outcomes) {
      expect([one!.status, other!.status]).toEqual(['fulfilled', 'fulfilled']);
      expect(one).toEqual(other);
    }
  });
});
