import type { AppendResult } from '../../../log/commit.js';
import type { EventStore } from '../../../log/event-store.js';
import { collect, equal, ok, rejects, within } from '../check.js';
import { committed, equalsHead } from './append.js';
import { eventStoreCase, notes, range } from './harness.js';

/** Everything that can be asked of a store. */
const OPERATIONS: Readonly<Record<string, (store: EventStore) => Promise<unknown>>> = {
  append: (store) => store.append('note-1', 'any', notes(1)),
  closeStream: (store) => store.closeStream('note-1', 'any'),
  readStream: (store) => collect(store.readStream('note-1')),
  readAll: (store) => collect(store.readAll(0)),
  head: (store) => store.head(),
  commitAt: (store) => store.commitAt(1),
  waitForCommit: (store) => store.waitForCommit(0, new AbortController().signal),
  findCommit: (store) => store.findCommit('c1'),
  fence: (store) => store.fence('c2'),
  listStreams: (store) => store.listStreams(),
};

export const lifeCases = [
  eventStoreCase('refuses everything once it is closed', async ({ store, patience }) => {
    await store.append('note-1', 'any', notes(1));
    await store.close();
    await store.close();
    for (const [name, ask] of Object.entries(OPERATIONS)) {
      await rejects('store-closed', () => within(patience, ask(store), name), name);
    }
  }),

  eventStoreCase('ends all waiting when it is closed', async ({ store, patience }) => {
    const waiting = store.waitForCommit(0, new AbortController().signal).catch(() => undefined);
    await within(patience, store.close(), 'closing');
    await within(patience, waiting, 'a wait for a commit');
  }),

  eventStoreCase(
    'finishes the appends in flight before it closes',
    async ({ store, reopen }) => {
      const appends = range(1, 20).map((n) => store.append(`note-${n}`, 'any', notes(1)));
      const answers = Promise.allSettled(appends);
      await store.close();
      for (const { status } of await answers) equal(status, 'fulfilled', 'an append in flight');
      equal(await (await reopen()).head(), 20, 'the head after opening it again');
    },
    'reopen',
  ),

  eventStoreCase(
    'is the same log when it is closed and opened again',
    async ({ store, reopen }) => {
      await store.append('note-1', 'any', notes(3), { commitId: 'c1' });
      await store.append('note-2', 'any', notes(1));
      await store.closeStream('note-2', 'any');
      const facts = async (one: EventStore) => [
        one.logId,
        await collect(one.readAll(0)),
        await one.listStreams(),
        await one.findCommit('c1'),
      ];
      const before = await facts(store);
      const reopened = await reopen();
      equal(await facts(reopened), before, 'the log');
      committed(await reopened.append('note-1', 3, notes(1)));
      await rejects('stream-closed', () => reopened.append('note-2', 'any', notes(1)), 'a closed stream');
    },
    'reopen',
  ),

  eventStoreCase(
    'sees at once what another instance has written',
    async ({ store, second }) => {
      const other = await second();
      await store.append('note-1', 'any', notes(1), { commitId: 'c1' });
      await other.append('note-1', 1, notes(1));
      committed(await store.append('note-1', 2, notes(1)));
      await other.fence('c2');
      await rejects(
        'commit-fenced',
        () => store.append('n-1', 'any', notes(1), { commitId: 'c2' }),
        'fenced',
      );
      equal((await collect(other.readStream('note-1'))).length, 3, 'events');
      equal((await other.findCommit('c1')).outcome, 'committed', 'the outcome of a commit id');
      equal([await store.head(), await other.head()], [3, 3], 'the heads');
    },
    'second',
  ),
];

export const storageFailureCases = [
  eventStoreCase(
    'says that the storage has failed, and goes on where it was',
    async ({ store, failNextCommit }) => {
      await store.append('note-1', 'any', notes(2));
      await failNextCommit();
      const failed = () => store.append('note-1', 2, notes(3), { commitId: 'c1' });
      const error = await rejects('store-unavailable', failed, 'an append');
      ok(error.retryable, 'the error is not retryable');
      if (error.written === 'not-written') await equalsHead(store, 1, 'an append that was not written');
      const next = committed(await store.append('note-1', 2, notes(3), { commitId: 'c1' }));
      equal([next.position, next.firstVersion, next.lastVersion], [2, 3, 5], 'the same append again');
      equal(await store.head(), 2, 'the head');
    },
    'failNextCommit',
  ),

  eventStoreCase(
    'acknowledges nothing that a failing storage has not kept',
    async ({ store, failNextCommit }) => {
      await store.append('note-1', 'any', notes(1));
      await failNextCommit();
      const ids = range(1, 12).map((n) => `c${n}`);
      const answers = await Promise.allSettled(
        ids.map((commitId) => store.append('note-1', 'any', notes(2), { commitId })),
      );
      for (const [i, answer] of answers.entries()) {
        const { outcome } = await store.findCommit(`c${i + 1}`);
        if (outcome === 'committed') continue;
        ok(answer.status === 'rejected', `the append ${i + 1} was acknowledged and is not there`);
      }
      ok(answers.some(isUnavailable), 'nobody was told that the storage failed');
      await isDense(store);
      committed(await store.append('note-2', 'no-stream', notes(1)));
      await isDense(store);
    },
    'failNextCommit',
  ),
];

function isUnavailable(answer: PromiseSettledResult<AppendResult>): boolean {
  return answer.status === 'rejected' && (answer.reason as { code?: string }).code === 'store-unavailable';
}

async function isDense(store: EventStore): Promise<void> {
  const commits = (await collect(store.readAll(0))).flatMap((batch) => batch.commits);
  equal(
    commits.map(({ position }) => position),
    range(1, await store.head()),
    'positions',
  );
  const versions = (await collect(store.readStream('note-1'))).map(({ version }) => version);
  equal(versions, range(1, versions.length), 'versions');
}
