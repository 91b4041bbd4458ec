import type { CommitHeader } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { wholeNumber } from '../../log/check-options.js';
import { brokenStore } from './broken-twin.js';

/** Looks at the head, and only later listens: a commit in between wakes nobody. */
class MissesACommit extends InMemoryEventStore {
  override async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    wholeNumber('after', after, { min: 0, fallback: 0 });
    if ((await this.head()) > after || signal.aborted) return;
    const late = Promise.withResolvers<undefined>();
    setTimeout(() => late.resolve(undefined));
    await late.promise;
    await super.waitForCommit(this.log.commits.length, signal);
  }
}

class HearsOnlyItself extends InMemoryEventStore {
  readonly #own = new Set<() => void>();

  override async append(
    ...args: Parameters<InMemoryEventStore['append']>
  ): ReturnType<InMemoryEventStore['append']> {
    const result = await super.append(...args);
    for (const wake of [...this.#own]) wake();
    return result;
  }

  override async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    wholeNumber('after', after, { min: 0, fallback: 0 });
    if ((await this.head()) > after) return;
    const heard = new Promise<void>((resolve) => this.#own.add(resolve));
    await Promise.race([heard, super.waitForCommit(Number.MAX_SAFE_INTEGER, signal)]);
  }
}

class WaitsOnWhenAborted extends InMemoryEventStore {
  override waitForCommit(after: Position): Promise<void> {
    return super.waitForCommit(after, new AbortController().signal);
  }
}

class WaitsForTheNextCommit extends InMemoryEventStore {
  override async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    await super.waitForCommit(Math.max(after, await this.head()), signal);
  }
}

class WaitsForNoNumber extends InMemoryEventStore {
  override waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    return super.waitForCommit(Number.isNaN(after) ? 0 : after, signal);
  }
}

class KnowsNoCommitId extends InMemoryEventStore {
  override async commitAt(position: Position): Promise<CommitHeader | undefined> {
    const header = await super.commitAt(position);
    if (!header) return undefined;
    const { commitId: _, ...rest } = header;
    return rest;
  }
}

class CountsEventsInTheHead extends InMemoryEventStore {
  override async head(): Promise<Position> {
    await super.head();
    return this.log.commits.reduce(
      (sum, { firstVersion, lastVersion }) => sum + lastVersion - firstVersion + 1,
      0,
    );
  }
}

export const brokenAtFollowing = [
  brokenStore('misses a commit', MissesACommit, [
    'wakes whoever waits for a commit, and misses none',
    'wakes whoever waits for a commit of another instance',
  ]),
  brokenStore('hears only itself', HearsOnlyItself, ['wakes whoever waits for a commit of another instance']),
  brokenStore('waits on when aborted', WaitsOnWhenAborted, [
    'stops waiting for a commit when the signal is aborted',
  ]),
  brokenStore('waits for the next commit', WaitsForTheNextCommit, [
    'does not wait for a commit that is there already',
  ]),
  brokenStore('waits for no number', WaitsForNoNumber, ['refuses to wait after a position that is none']),
  brokenStore('knows no commit id at a position', KnowsNoCommitId, [
    'knows the header of the commit at a position',
  ]),
  brokenStore('counts events in the head', CountsEventsInTheHead, [
    'numbers commits without a gap over all streams',
    'lets exactly one succeed when the concurrent appends come from two instances',
    'answers a repeated commit id with the first result and writes nothing',
    'writes once when the same commit id is appended many times at once',
    'answers a retry by commit id with its first result in a closed stream',
    'knows the head',
    'says that the storage has failed, and goes on where it was',
    'acknowledges nothing that a failing storage has not kept',
  ]),
];
