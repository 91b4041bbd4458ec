import { STREAM_CLOSED } from '../../../log/event.js';
import { collect, equal, rejects } from '../check.js';
import { committed, equalsHead } from './append.js';
import { eventStoreCase, notes, range } from './harness.js';

export const closeStreamCases = [
  eventStoreCase('closes a stream with a commit of its own', async ({ store }) => {
    await store.append('note-1', 'any', notes(2));
    const at = new Date('2026-03-01T10:00:00Z');
    const header = committed(await store.closeStream('note-1', 2, { commitId: 'c1', at }));
    const commit = { position: 2, stream: 'note-1', firstVersion: 3, lastVersion: 3, at, commitId: 'c1' };
    equal(header, commit, 'the commit');
    const [last] = await collect(store.readStream('note-1', { direction: 'backward', limit: 1 }));
    equal([last?.version, last?.type], [3, STREAM_CLOSED], 'the last event');
  }),

  eventStoreCase('refuses appends to a closed stream, whatever they expect', async ({ store }) => {
    await store.append('note-1', 'any', notes(1));
    await store.closeStream('note-1', 1);
    for (const expected of [2, 1, 'any', 'stream-exists', 'no-stream'] as const) {
      await rejects('stream-closed', () => store.append('note-1', expected, notes(1)), `at ${expected}`);
    }
    await rejects('stream-closed', () => store.closeStream('note-1', 'any'), 'closing it again');
    await equalsHead(store, 2, 'refused appends');
    committed(await store.append('note-2', 'no-stream', notes(1)));
  }),

  eventStoreCase('judges the closing of a stream by the expected version', async ({ store }) => {
    await store.append('note-1', 'any', notes(2));
    const conflict = { stream: 'note-1', expected: 1, actual: 2 };
    equal(await store.closeStream('note-1', 1), { ok: false, conflict }, 'the answer');
    committed(await store.append('note-1', 2, notes(1)));
  }),

  eventStoreCase(
    'answers a retry by commit id with its first result in a closed stream',
    async ({ store }) => {
      const first = await store.append('note-1', 0, notes(2), { commitId: 'c1' });
      const closed = await store.closeStream('note-1', 2, { commitId: 'c2' });
      equal(await store.append('note-1', 0, notes(2), { commitId: 'c1' }), first, 'the append again');
      equal(await store.closeStream('note-1', 2, { commitId: 'c2' }), closed, 'the closing again');
      await equalsHead(store, 2, 'retries');
    },
  ),

  eventStoreCase('lets nothing into a stream that is closed at the same time', async ({ store }) => {
    await store.append('note-1', 'any', notes(1));
    const appends = range(1, 5).map(() => store.append('note-1', 'any', notes(1)));
    const closing = store.closeStream('note-1', 'any');
    appends.push(...range(1, 5).map(() => store.append('note-1', 'any', notes(1))));
    await Promise.allSettled([...appends, closing]);
    committed(await closing);
    const events = await collect(store.readStream('note-1'));
    equal(events.at(-1)?.type, STREAM_CLOSED, 'the last event');
    equal(events.filter(({ type }) => type === STREAM_CLOSED).length, 1, 'closings');
  }),

  eventStoreCase(
    'keeps a stream closed for another instance',
    async ({ store, second }) => {
      const other = await second();
      committed(await other.append('note-1', 'no-stream', notes(1)));
      committed(await store.closeStream('note-1', 1));
      await rejects('stream-closed', () => other.append('note-1', 'any', notes(1)), 'from another instance');
    },
    'second',
  ),
];
