import { equal, ok, rejects, within } from '../check.js';
import { committed } from './append.js';
import { eventStoreCase, notes, range } from './harness.js';

const never = (): AbortSignal => new AbortController().signal;

export const followCases = [
  eventStoreCase('knows the header of the commit at a position', async ({ store }) => {
    const at = new Date('2026-03-01T10:00:00.123Z');
    const first = committed(await store.append('note-1', 'any', notes(3), { commitId: 'c1', at }));
    const other = committed(await store.append('note-2', 'any', notes(1)));
    equal(await store.commitAt(1), first, 'at 1');
    equal(await store.commitAt(2), other, 'at 2');
    equal(await store.commitAt(0), undefined, 'at 0');
    equal(await store.commitAt(3), undefined, 'beyond the head');
  }),

  eventStoreCase('knows the head', async ({ store }) => {
    equal(await store.head(), 0, 'of an empty log');
    await store.append('note-1', 'any', notes(5));
    equal(await store.head(), 1, 'after a commit of five events');
  }),

  eventStoreCase('does not wait for a commit that is there already', async ({ store, patience }) => {
    await store.append('note-1', 'any', notes(1));
    await within(patience, store.waitForCommit(0, never()), 'waiting for a commit after 0');
  }),

  eventStoreCase('wakes whoever waits for a commit, and misses none', async ({ store, patience }) => {
    for (const head of range(0, 9)) {
      const waits = range(1, 3).map(() => store.waitForCommit(head, never()));
      await store.append('note-1', 'any', notes(1));
      await within(patience, Promise.all(waits), `waiting for the commit after ${head}`);
    }
  }),

  eventStoreCase(
    'wakes whoever waits for a commit of another instance',
    async ({ store, second, patience }) => {
      const other = await second();
      for (const head of range(0, 4)) {
        const waiting = store.waitForCommit(head, never());
        await other.append('note-1', 'any', notes(1));
        await within(patience, waiting, `waiting for the commit after ${head}`);
        ok((await store.head()) > head, 'the head is not beyond what was waited for');
      }
    },
    'second',
  ),

  eventStoreCase('stops waiting for a commit when the signal is aborted', async ({ store, patience }) => {
    await within(patience, store.waitForCommit(0, AbortSignal.abort()), 'a wait that was aborted before');
    const abort = new AbortController();
    const waiting = store.waitForCommit(0, abort.signal);
    abort.abort();
    await within(patience, waiting, 'a wait that was aborted');
    committed(await store.append('note-1', 'any', notes(1)));
  }),

  eventStoreCase('refuses to wait after a position that is none', async ({ store }) => {
    await rejects('invalid-argument', () => store.waitForCommit(NaN, AbortSignal.abort()), 'NaN');
  }),
];
