import type { AppendResult } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import { InMemoryEventStore, type InMemoryEventStoreOptions } from '../in-memory-event-store.js';
import type { AppendRequest } from '../memory/append.js';
import type { MemoryLog } from '../memory/memory-log.js';
import { brokenStore } from './broken-twin.js';

class StaysOpen extends InMemoryEventStore {
  override async close(): Promise<void> {
    await Promise.resolve();
  }
}

class LeavesWaitersWhenItCloses extends InMemoryEventStore {
  override async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    await super.waitForCommit(after, AbortSignal.abort());
    if (this.log.commits.length > after || signal.aborted) return;
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve());
      this.log.onCommit(() => this.log.commits.length > after && resolve());
    });
  }
}

/** Answers the appends in flight with an error when it closes, after they were queued. */
class DropsWhatIsInFlight extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    await Promise.resolve();
    this.assertOpen();
    return super.commit(request);
  }
}

const opened = new WeakSet<MemoryLog>();

/** Keeps fences, closings and commit ids in memory. */
class ForgetsWhenItIsOpenedAgain extends InMemoryEventStore {
  constructor(options: InMemoryEventStoreOptions) {
    super(options);
    if (opened.has(this.log)) {
      this.log.fenced.clear();
      this.log.committed.clear();
    }
    opened.add(this.log);
  }
}

export const brokenAtLiving = [
  brokenStore('stays open', StaysOpen, [
    'refuses everything once it is closed',
    'ends all waiting when it is closed',
  ]),
  brokenStore('leaves those waiting when it closes', LeavesWaitersWhenItCloses, [
    'ends all waiting when it is closed',
  ]),
  brokenStore('drops what is in flight when it closes', DropsWhatIsInFlight, [
    'finishes the appends in flight before it closes',
  ]),
  brokenStore('forgets ids and fences when it is opened again', ForgetsWhenItIsOpenedAgain, [
    'keeps a fence when it is closed and opened again',
    'is the same log when it is closed and opened again',
  ]),
];
