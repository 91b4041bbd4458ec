import { markOf } from '../../log/commit.js';
import type { LogReport } from '../../log/event-store.js';
import type { Snapshot } from '../../log/snapshot-store.js';
import type { StreamName } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { headerOf } from '../memory/memory-log.js';
import { brokenStore } from './broken-twin.js';

/** Makes the mark from what the log has at that version today, so that it always fits. */
class TrustsASnapshotOverTheLog extends InMemoryEventStore {
  override async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    const snapshot = await super.loadSnapshot(stream, revision);
    const commit = this.log.streams.get(stream)?.find(({ lastVersion }) => lastVersion === snapshot?.version);
    return snapshot && commit ? { ...snapshot, mark: markOf(headerOf(commit)) } : snapshot;
  }
}

class SharesTheState extends InMemoryEventStore {
  readonly #shared = new Map<unknown, unknown>();

  override saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    this.#shared.set(`${snapshot.version} ${snapshot.revision} ${stream}`, snapshot.state);
    return super.saveSnapshot(stream, snapshot);
  }

  override async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    const snapshot = await super.loadSnapshot(stream, revision);
    if (!snapshot) return undefined;
    return {
      ...snapshot,
      state: this.#shared.get(`${snapshot.version} ${revision} ${stream}`) as Snapshot['state'],
    };
  }
}

class KeepsOneForAllRevisions extends InMemoryEventStore {
  override saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    return super.saveSnapshot(stream, { ...snapshot, revision: 'r' });
  }

  override async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    const snapshot = await super.loadSnapshot(stream, 'r');
    return snapshot && { ...snapshot, revision };
  }
}

class KeepsTheLast extends InMemoryEventStore {
  override async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    this.assertOpen();
    this.log.snapshots.get(stream)?.delete(snapshot.revision);
    await super.saveSnapshot(stream, snapshot);
  }
}

class KeepsTheHighestVersion extends InMemoryEventStore {
  override async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    const earlier = await this.loadSnapshot(stream, snapshot.revision);
    if (!earlier || earlier.version <= snapshot.version) await super.saveSnapshot(stream, snapshot);
  }
}

class DeletesTheLastRevision extends InMemoryEventStore {
  override async deleteSnapshots(stream: StreamName): Promise<void> {
    this.assertOpen();
    const revisions = this.log.snapshots.get(stream);
    revisions?.delete([...revisions.keys()].at(-1) ?? '');
    await Promise.resolve();
  }
}

class MendsLoneSurrogates extends InMemoryEventStore {
  override saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    const text = JSON.stringify(snapshot.state).replace(/\\ud[89a-f]../gi, '\ufffd');
    return super.saveSnapshot(stream, { ...snapshot, state: JSON.parse(text) as Snapshot['state'] });
  }
}

class AppendsItsSnapshots extends InMemoryEventStore {
  override async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    await super.saveSnapshot(stream, snapshot);
    await this.append(`snapshot-${stream}`, 'any', [{ type: 'snapshot', data: snapshot.version }]);
  }
}

class AlwaysHasOne extends InMemoryEventStore {
  override async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    const snapshot = await super.loadSnapshot(stream, revision);
    const mark = { stream, firstVersion: 0, at: 0 };
    return snapshot ?? { version: 0, revision, mark, state: null };
  }
}

class StaysOpen extends InMemoryEventStore {
  override async close(): Promise<void> {
    await Promise.resolve();
  }
}

class CountsCommitsForEvents extends InMemoryEventStore {
  override async verify(): Promise<LogReport> {
    const report = await super.verify();
    return { ...report, events: report.commits };
  }
}

/** For every case of `snapshotStoreContract`, at least one store that fails it. */
export const brokenSnapshotStores = [
  brokenStore('trusts a snapshot over the log', TrustsASnapshotOverTheLog, [
    'hands back the mark that a snapshot came with, whatever the log has there',
  ]),
  brokenStore('shares the state of a snapshot', SharesTheState, [
    'shares no state with who saves and who loads',
  ]),
  brokenStore('keeps one snapshot for all revisions', KeepsOneForAllRevisions, [
    'keeps the snapshots of every revision apart',
  ]),
  brokenStore('keeps the last snapshot', KeepsTheLast, ['keeps the newest snapshot of a revision']),
  brokenStore('keeps the snapshot of the highest version', KeepsTheHighestVersion, [
    'shares no state with who saves and who loads',
    'replaces a newer snapshot that is not from this log',
    'replaces a newer snapshot whose mark is damaged, and fails nothing by it',
  ]),
  brokenStore('deletes the last revision only', DeletesTheLastRevision, [
    'keeps the snapshots of streams apart, and deletes those of one',
  ]),
  brokenStore('mends lone surrogates in a snapshot', MendsLoneSurrogates, [
    'gives back a snapshot as it was saved',
  ]),
  brokenStore('appends its snapshots', AppendsItsSnapshots, ['leaves the log alone']),
  brokenStore('always has a snapshot', AlwaysHasOne, [
    'has no snapshot of a stream that nobody has made one of',
    'keeps the snapshots of every revision apart',
    'keeps the snapshots of streams apart, and deletes those of one',
  ]),
  brokenStore('stays open for snapshots', StaysOpen, ['refuses snapshots once the store is closed']),
];

/** For every case of `verifiableLogContract`, at least one store that fails it. */
export const brokenVerifiableLogs = [
  brokenStore('counts commits for events', CountsCommitsForEvents, [
    'counts a healthy log and finds nothing wrong with it',
  ]),
];
