import { InMemoryEventStore, MemoryLog } from '@varve/eventstore/testing';
import { describe, expect, test } from 'vitest';

const noted = (n: number) => ({ type: 'note.taken', data: { n } });

describe('InMemoryEventStore', () => {
  test('takes the time from the clock that it is given', async () => {
    const at = new Date('2026-03-01T10:00:00Z');
    const store = new InMemoryEventStore({ clock: () => at });
    expect(await store.append('note-1', 'no-stream', [noted(1)])).toMatchObject({ commit: { at } });
  });

  test('shares a log with another store, and nothing with a third', async () => {
    const log = new MemoryLog();
    const [one, two, other] = [
      new InMemoryEventStore({ log }),
      new InMemoryEventStore({ log }),
      new InMemoryEventStore(),
    ];
    await one.append('note-1', 'no-stream', [noted(1)]);
    await one.close();
    expect(await two.head()).toBe(1);
    expect(await other.head()).toBe(0);
    expect([two.logId === log.logId, other.logId === log.logId]).toEqual([true, false]);
  });

  test('fails one commit when told to, and goes on', async () => {
    const store = new InMemoryEventStore();
    store.failNextCommit();
    const failure = { code: 'store-unavailable', written: 'not-written', retryable: true };
    await expect(store.append('note-1', 0, [noted(1)])).rejects.toMatchObject(failure);
    expect(await store.append('note-1', 0, [noted(1)])).toMatchObject({ ok: true, commit: { position: 1 } });
  });

  test('says that it keeps nothing', () => {
    expect(new InMemoryEventStore().durability).toBe('volatile');
  });

  test('finds a hole, an overlap, an undecodable commit and a fenced one in a log that somebody has damaged', async () => {
    const log = new MemoryLog();
    const store = new InMemoryEventStore({ log });
    const types = new Set<string>();
    const damaged = { stream: 'note-1', at: 0, commitId: undefined, text: '[{"type":"x","data":1}]', types };
    log.add({ ...damaged, position: 1, firstVersion: 1, lastVersion: 1, commitId: 'c1' });
    log.add({ ...damaged, position: 2, firstVersion: 3, lastVersion: 3 });
    log.add({ ...damaged, position: 4, firstVersion: 3, lastVersion: 3 });
    log.add({ ...damaged, position: 4, firstVersion: 4, lastVersion: 4, text: '[{"type":' });
    log.fenced.set('c1', new Date());
    const { problems } = await store.verify();
    expect(problems.map(({ kind, position }) => [kind, position])).toEqual([
      ['fenced-and-committed', 1],
      ['hole', 2],
      ['hole', 4],
      ['overlap', 4],
      ['undecodable', 4],
    ]);
  });
});
