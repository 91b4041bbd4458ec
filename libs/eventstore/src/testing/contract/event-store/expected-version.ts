import type { EventStore } from '../../../log/event-store.js';
import type { ExpectedVersion } from '../../../log/expected-version.js';
import { collect, equal, rejects } from '../check.js';
import { committed, equalsHead } from './append.js';
import { eventStoreCase, notes, range } from './harness.js';

async function conflictOf(store: EventStore, stream: string, expected: ExpectedVersion): Promise<unknown> {
  const result = await store.append(stream, expected, notes(1));
  return result.ok ? 'no conflict' : result.conflict;
}

/** Of these appends, all started at once, exactly one may succeed; the others are told where the stream stands. */
async function raceOf(
  stores: readonly EventStore[],
  stream: string,
  expected: ExpectedVersion,
): Promise<number> {
  const appends = range(1, 12).flatMap(
    (n) => stores[n % stores.length]?.append(stream, expected, notes(2)) ?? [],
  );
  const results = await Promise.all(appends);
  const conflicts = results.flatMap((result) => (!result.ok ? [result.conflict.actual] : []));
  equal(new Set(conflicts).size, 1, 'different versions told by the conflicts');
  return results.length - conflicts.length;
}

export const expectedVersionCases = [
  eventStoreCase(
    'appends at a number only if the stream’s last event has that version',
    async ({ store }) => {
      equal(
        await conflictOf(store, 'note-1', 1),
        { stream: 'note-1', expected: 1, actual: 0 },
        'beyond an empty',
      );
      committed(await store.append('note-1', 0, notes(2)));
      for (const expected of [0, 1, 3]) {
        equal(
          await conflictOf(store, 'note-1', expected),
          { stream: 'note-1', expected, actual: 2 },
          'elsewhere',
        );
      }
      equal(committed(await store.append('note-1', 2, notes(1))).firstVersion, 3, 'the next version');
    },
  ),

  eventStoreCase('appends at no-stream only if the stream has no events', async ({ store }) => {
    committed(await store.append('note-1', 'no-stream', notes(2)));
    const conflict = { stream: 'note-1', expected: 'no-stream', actual: 2 };
    equal(await conflictOf(store, 'note-1', 'no-stream'), conflict, 'at a stream that exists');
  }),

  eventStoreCase('appends at stream-exists only if the stream has an event', async ({ store }) => {
    const conflict = { stream: 'note-1', expected: 'stream-exists', actual: 0 };
    equal(await conflictOf(store, 'note-1', 'stream-exists'), conflict, 'at no stream');
    await store.append('note-1', 'any', notes(1));
    committed(await store.append('note-1', 'stream-exists', notes(1)));
  }),

  eventStoreCase('appends at any wherever the stream stands, each after the other', async ({ store }) => {
    const results = await Promise.all(range(1, 10).map(() => store.append('note-1', 'any', notes(2))));
    const versions = results.map((result) => committed(result).firstVersion).sort((a, b) => a - b);
    equal(versions, [1, 3, 5, 7, 9, 11, 13, 15, 17, 19], 'first versions');
    const read = await collect(store.readStream('note-1'));
    equal(
      read.map(({ version }) => version),
      range(1, 20),
      'versions',
    );
  }),

  eventStoreCase('writes nothing on a conflict', async ({ store }) => {
    await store.append('note-1', 'any', notes(1));
    await store.append('note-1', 'no-stream', notes(1), { commitId: 'c1' });
    await equalsHead(store, 1, 'a conflict');
    equal(await store.findCommit('c1'), { outcome: 'absent' }, 'the commit id of a conflict');
    equal((await collect(store.readStream('note-1'))).length, 1, 'events in the stream');
  }),

  eventStoreCase('lets exactly one of many concurrent appends at one version succeed', async ({ store }) => {
    await store.append('note-1', 'any', notes(3));
    equal(await raceOf([store], 'note-1', 3), 1, 'successes');
    equal((await collect(store.readStream('note-1'))).length, 5, 'events in the stream');
  }),

  eventStoreCase('lets exactly one of many concurrent appends at no-stream succeed', async ({ store }) => {
    equal(await raceOf([store], 'note-1', 'no-stream'), 1, 'successes');
    equal((await collect(store.readStream('note-1'))).length, 2, 'events in the stream');
  }),

  eventStoreCase(
    'lets exactly one succeed when the concurrent appends come from two instances',
    async ({ store, second }) => {
      const stores = [store, await second()];
      let version = 0;
      for (const round of range(1, 5)) {
        equal(await raceOf(stores, 'note-1', version), 1, `successes in round ${round}`);
        version += 2;
      }
      equal(await store.head(), 5, 'the head');
    },
    'second',
  ),

  eventStoreCase('refuses an expectation that is none', async ({ store }) => {
    for (const expected of [-1, 1.5, NaN, undefined, null, 'latest', '0']) {
      const append = () => store.append('note-1', expected as ExpectedVersion, notes(1));
      await rejects('invalid-argument', append, String(expected));
    }
    await equalsHead(store, 0, 'refused appends');
  }),
];
