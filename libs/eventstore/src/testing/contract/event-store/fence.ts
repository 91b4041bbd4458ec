import type { EventStore } from '../../../log/event-store.js';
import { isEventStoreError } from '../../../log/errors.js';
import { equal, ok, rejects } from '../check.js';
import { committed, equalsHead } from './append.js';
import { eventStoreCase, notes, range } from './harness.js';

type First = 'append' | 'fence';

/** Exactly one of the two has won, everybody was told so, and it stays so. */
async function raceOf(appender: EventStore, fencer: EventStore, first: First, n: number): Promise<void> {
  const commitId = `${first}-${n}`;
  const appending = () =>
    appender.append(`note-${commitId}`, 'no-stream', notes(1), { commitId }).catch((error: unknown) => error);
  const early = first === 'append' ? appending() : undefined;
  const fencing = fencer.fence(commitId);
  const [append, fence] = await Promise.all([early ?? appending(), fencing]);
  const refused = isEventStoreError(append, 'commit-fenced');
  ok(refused || (append as { ok?: boolean }).ok === true, `the append answered ${String(append)}`);
  const winner = refused ? 'fenced' : 'committed';
  equal(fence.outcome, winner, 'the answer of the fence, beside that of the append');
  equal((await appender.findCommit(commitId)).outcome, winner, 'the outcome afterwards');
  equal((await fencer.fence(commitId)).outcome, winner, 'the outcome of another fence');
}

export const fenceCases = [
  eventStoreCase('refuses an append whose commit id was fenced, whatever it expects', async ({ store }) => {
    equal(await store.fence('c1'), { outcome: 'fenced' }, 'the fence');
    for (const expected of ['no-stream', 'any', 42] as const) {
      const append = () => store.append('note-1', expected, notes(1), { commitId: 'c1' });
      await rejects('commit-fenced', append, `an append at ${expected}`);
    }
    await rejects('commit-fenced', () => store.closeStream('note-1', 'any', { commitId: 'c1' }), 'a close');
    await equalsHead(store, 0, 'refused appends');
    equal(await store.findCommit('c1'), { outcome: 'fenced' }, 'the outcome');
  }),

  eventStoreCase('fences an id as often as it is asked', async ({ store }) => {
    await store.fence('c1');
    const answers = await Promise.all(range(1, 5).map(() => store.fence('c1')));
    equal(
      answers,
      range(1, 5).map(() => ({ outcome: 'fenced' })),
      'the answers',
    );
  }),

  eventStoreCase('answers the fence of a committed id with the commit and leaves it', async ({ store }) => {
    const first = await store.append('note-1', 0, notes(1), { commitId: 'c1' });
    const found = await store.findCommit('c1');
    equal(await store.fence('c1'), found, 'the fence');
    equal(found.outcome, 'committed', 'the outcome');
    equal(await store.append('note-1', 0, notes(1), { commitId: 'c1' }), first, 'a retry after the fence');
  }),

  eventStoreCase('takes no position for a fence', async ({ store }) => {
    committed(await store.append('note-1', 'any', notes(1)));
    await store.fence('c1');
    await equalsHead(store, 1, 'a fence');
    equal(committed(await store.append('note-1', 'any', notes(1))).position, 2, 'the next position');
  }),

  eventStoreCase('lets one of an append and a fence win, never both and never neither', async ({ store }) => {
    for (const n of range(1, 10)) {
      await raceOf(store, store, 'append', n);
      await raceOf(store, store, 'fence', n);
    }
  }),

  eventStoreCase(
    'lets one of an append and a fence from another instance win',
    async ({ store, second }) => {
      const other = await second();
      for (const n of range(1, 10)) {
        await raceOf(store, other, 'append', n);
        await raceOf(other, store, 'fence', n);
      }
    },
    'second',
  ),

  eventStoreCase(
    'keeps a fence when it is closed and opened again',
    async ({ store, reopen }) => {
      await store.fence('c1');
      const reopened = await reopen();
      equal(await reopened.findCommit('c1'), { outcome: 'fenced' }, 'the outcome');
      const append = () => reopened.append('note-1', 'any', notes(1), { commitId: 'c1' });
      await rejects('commit-fenced', append, 'a late append');
    },
    'reopen',
  ),
];
