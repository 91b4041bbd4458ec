import { markOf, type CommitHeader } from '../../log/commit.js';
import type { EventStore } from '../../log/event-store.js';
import type { Mark } from '../../log/positions.js';
import type { Snapshot, SnapshotStore } from '../../log/snapshot-store.js';
import { equal, rejects } from './check.js';
import { openedCase, type ContractCase } from './contract-case.js';
import { committed } from './event-store/append.js';
import { notes } from './event-store/harness.js';

/** How `snapshotStoreContract` gets at an adapter: a log that keeps its own snapshots. */
export interface SnapshotStoreHarness {
  /** A store on a log of its own, empty. */
  open(): Promise<{ readonly store: EventStore & SnapshotStore; dispose(): Promise<void> }>;
}

/** A stream with ten commits of one event each: what snapshots are made of. */
async function tenCommits(store: EventStore, stream: string): Promise<CommitHeader[]> {
  const commits: CommitHeader[] = [];
  for (let i = 0; i < 10; i++) {
    const options = i % 2 ? { commitId: `${stream}/${i}` } : {};
    commits.push(committed(await store.append(stream, i, notes(1), options)));
  }
  return commits;
}

function snapshotAt(
  commit: CommitHeader | undefined,
  revision = 'r1',
  state: unknown = { sum: 1 },
): Snapshot {
  const header = commit as CommitHeader;
  return { version: header.lastVersion, revision, mark: markOf(header), state: state as Snapshot['state'] };
}

function snapshotCase(
  name: string,
  work: (store: EventStore & SnapshotStore) => Promise<void>,
): ContractCase<SnapshotStoreHarness> {
  return openedCase(name, [], ({ store }) => work(store));
}

/** The rules of `SnapshotStore`. */
export const snapshotStoreContract: readonly ContractCase<SnapshotStoreHarness>[] = [
  snapshotCase('has no snapshot of a stream that nobody has made one of', async (store) => {
    await tenCommits(store, 'note-1');
    equal(await store.loadSnapshot('note-1', 'r1'), undefined, 'the snapshot');
  }),

  snapshotCase('gives back a snapshot as it was saved', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    const state = { sum: 0.1, list: [null, true, { 'ä😀': '\ud800' }], empty: {} };
    for (const commit of [commits[3], commits[4]]) {
      const snapshot = snapshotAt(commit, 'r1', state);
      await store.saveSnapshot('note-1', snapshot);
      equal(await store.loadSnapshot('note-1', 'r1'), snapshot, 'the snapshot');
    }
  }),

  snapshotCase('shares no state with who saves and who loads', async (store) => {
    const [commit] = await tenCommits(store, 'note-1');
    const state = { list: [1] };
    const saving = store.saveSnapshot('note-1', snapshotAt(commit, 'r1', state));
    state.list.push(2);
    await saving;
    const loaded = await store.loadSnapshot('note-1', 'r1');
    (loaded?.state as { list: number[] }).list.push(3);
    equal((await store.loadSnapshot('note-1', 'r1'))?.state, { list: [1] }, 'the state');
  }),

  snapshotCase('keeps the snapshots of every revision apart', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    const old = snapshotAt(commits[7], 'r1', 'old');
    const young = snapshotAt(commits[2], 'r2', 'young');
    await store.saveSnapshot('note-1', old);
    await store.saveSnapshot('note-1', young);
    equal(await store.loadSnapshot('note-1', 'r1'), old, 'the old revision');
    equal(await store.loadSnapshot('note-1', 'r2'), young, 'the new revision');
    equal(await store.loadSnapshot('note-1', 'r'), undefined, 'a revision that there is not');
  }),

  snapshotCase('keeps the newest snapshot of a revision', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    await store.saveSnapshot('note-1', snapshotAt(commits[4]));
    await store.saveSnapshot('note-1', snapshotAt(commits[8]));
    equal((await store.loadSnapshot('note-1', 'r1'))?.version, 9, 'the version after a newer one');
    await store.saveSnapshot('note-1', snapshotAt(commits[6]));
    equal((await store.loadSnapshot('note-1', 'r1'))?.version, 9, 'the version after an older one');
  }),

  snapshotCase('hands back the mark that a snapshot came with, whatever the log has there', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    const snapshot = snapshotAt(commits[4]);
    const foreign = { ...snapshot, mark: { ...snapshot.mark, at: 0, commitId: 'of another log' } };
    await store.saveSnapshot('note-1', foreign);
    equal((await store.loadSnapshot('note-1', 'r1'))?.mark, foreign.mark, 'the mark');
  }),

  snapshotCase('replaces a newer snapshot that is not from this log', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    const ahead = snapshotAt(commits[9]);
    await store.saveSnapshot('note-1', {
      ...ahead,
      version: 40,
      mark: { ...ahead.mark, firstVersion: 40, at: 0 },
    });
    await store.saveSnapshot('note-1', snapshotAt(commits[5]));
    equal((await store.loadSnapshot('note-1', 'r1'))?.version, 6, 'the version');
  }),

  snapshotCase('replaces a newer snapshot whose mark is damaged, and fails nothing by it', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    for (const damaged of [null, 17, [], {}, { firstVersion: '10' }]) {
      await store.saveSnapshot('note-1', { ...snapshotAt(commits[9]), mark: damaged as unknown as Mark });
      const [, appended] = await Promise.all([
        store.saveSnapshot('note-1', snapshotAt(commits[5])),
        store.append('note-2', 'any', notes(1)),
      ]);
      equal((await store.loadSnapshot('note-1', 'r1'))?.version, 6, 'the version');
      committed(appended);
      await store.deleteSnapshots('note-1');
    }
  }),

  snapshotCase('keeps the snapshots of streams apart, and deletes those of one', async (store) => {
    for (const stream of ['note-1', 'Note-1', 'note-1 ']) {
      const commits = await tenCommits(store, stream);
      await store.saveSnapshot(stream, snapshotAt(commits[5], 'r1', stream));
      await store.saveSnapshot(stream, snapshotAt(commits[5], 'r2', stream));
    }
    equal((await store.loadSnapshot('Note-1', 'r1'))?.state, 'Note-1', 'the state');
    await store.deleteSnapshots('note-1');
    await store.deleteSnapshots('note-2');
    for (const revision of ['r1', 'r2']) {
      equal(await store.loadSnapshot('note-1', revision), undefined, `${revision} of the deleted`);
      equal((await store.loadSnapshot('note-1 ', revision))?.state, 'note-1 ', `${revision} of another`);
    }
  }),

  snapshotCase('leaves the log alone', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    await store.saveSnapshot('note-1', snapshotAt(commits[5]));
    equal(await store.head(), 10, 'the head');
    equal(committed(await store.append('note-1', 10, notes(1))).position, 11, 'the next position');
  }),

  snapshotCase('refuses snapshots once the store is closed', async (store) => {
    const commits = await tenCommits(store, 'note-1');
    await store.close();
    const save = () => store.saveSnapshot('note-1', snapshotAt(commits[5]));
    await rejects('store-closed', save, 'saveSnapshot');
    await rejects('store-closed', () => store.loadSnapshot('note-1', 'r1'), 'loadSnapshot');
    await rejects('store-closed', () => store.deleteSnapshots('note-1'), 'deleteSnapshots');
  }),
];
