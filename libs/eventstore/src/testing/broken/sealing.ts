import type { AppendResult, CommitOutcome } from '../../log/commit.js';
import type { LogSeal, SealOptions, StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import type { MovableLogHarness } from '../contract/moving/harness.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { inMemoryHarness, type InMemoryStoreClass } from '../in-memory-harness.js';
import { findConflict, findFirstResult, write, type AppendRequest } from '../memory/append.js';
import { assertNotSealed } from '../memory/moving.js';
import type { BrokenTwin } from './broken-twin.js';

function brokenSeal(
  name: string,
  Store: InMemoryStoreClass,
  fails: readonly (string | RegExp)[],
): BrokenTwin<MovableLogHarness> {
  return { name, fails, harness: inMemoryHarness(Store) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Knows only of the seals that it has made itself. */
class SealsItselfOnly extends InMemoryEventStore {
  #sealed = false;

  override seal(options: SealOptions = {}): Promise<LogSeal> {
    this.#sealed = true;
    return super.seal(options);
  }

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    if (this.#sealed) return super.commit(request);
    const { log } = this;
    return findFirstResult(log, request) ?? findConflict(log, request) ?? write(log, request);
  }
}

/** Looks whether the log is sealed, and writes a little later. */
class LooksBeforeItWrites extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    const { log } = this;
    const first = findFirstResult(log, request);
    if (first) return first;
    assertNotSealed(log);
    await turn();
    return findConflict(log, request) ?? write(log, request);
  }
}

class LooksBeforeItFences extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    if (found.outcome !== 'absent') return found;
    assertNotSealed(this.log);
    await turn();
    this.log.fenced.set(commitId, new Date());
    return { outcome: 'fenced' };
  }
}

class FencesOnAfterTheSeal extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    if (found.outcome === 'absent') this.log.fenced.set(commitId, new Date());
    return this.findCommit(commitId);
  }
}

class RefusesRetries extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    assertNotSealed(this.log);
    return super.commit(request);
  }
}

class TellsConflicts extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    return findFirstResult(this.log, request) ?? findConflict(this.log, request) ?? super.commit(request);
  }
}

class CountsTheSeal extends InMemoryEventStore {
  override async head(): Promise<Position> {
    return (await super.head()) + (this.log.seal ? 1 : 0);
  }
}

class ReadsTheSeal extends InMemoryEventStore {
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    yield* super.readAll(after, options);
    if (this.log.seal) yield { commits: [], upTo: this.log.commits.length + 1 };
  }
}

class IsSealedAgain extends InMemoryEventStore {
  override async seal(options: SealOptions = {}): Promise<LogSeal> {
    this.log.seal = undefined;
    return super.seal(options);
  }
}

class IsHandedOverAgain extends InMemoryEventStore {
  override seal(options: SealOptions = {}): Promise<LogSeal> {
    if (this.log.seal && options.handedTo !== undefined) delete this.log.seal.handedTo;
    return super.seal(options);
  }
}

class SealsCommitsOnly extends InMemoryEventStore {
  override async seal(options: SealOptions = {}): Promise<LogSeal> {
    if (this.log.commits.length > 0) return super.seal(options);
    return { position: 0, at: new Date() };
  }
}

class ForgetsTheSeal extends InMemoryEventStore {
  override close(): Promise<void> {
    this.log.seal = undefined;
    return super.close();
  }
}

class WritesTheTextAnew extends InMemoryEventStore {
  override async *readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    for await (const batch of super.readStored(after)) {
      yield batch.map((commit) => ({
        ...commit,
        text: JSON.stringify(
          (JSON.parse(commit.text) as object[]).map((event) => ({ schemaVersion: 1, ...event })),
        ),
      }));
    }
  }
}

class ReadsFencesTwice extends InMemoryEventStore {
  override async *readFences(): AsyncIterable<readonly StoredFence[]> {
    yield* super.readFences();
    yield* super.readFences();
  }
}

const RACES = /^acknowledges nothing that a copy of the sealed log lacks/;

/** For every case of `movableLogContract`, at least one store that fails it. */
export const brokenMovableLogs: readonly BrokenTwin<MovableLogHarness>[] = [
  brokenSeal('knows only of its own seals', SealsItselfOnly, [
    'refuses it from every instance, also from one that has written before',
    'stays sealed when it is closed and opened again',
    RACES,
  ]),
  brokenSeal('looks before it writes', LooksBeforeItWrites, [RACES]),
  brokenSeal('looks before it fences', LooksBeforeItFences, [RACES]),
  brokenSeal('fences on after the seal', FencesOnAfterTheSeal, [
    RACES,
    'refuses whatever comes after the seal',
    'refuses it from every instance, also from one that has written before',
    'can be sealed while it is empty',
    'stays sealed when it is closed and opened again',
  ]),
  brokenSeal('refuses retries', RefusesRetries, ['answers as ever for what was there before the seal']),
  brokenSeal('tells of conflicts in a sealed log', TellsConflicts, [
    'refuses whatever comes after the seal',
    'refuses it from every instance, also from one that has written before',
    'can be sealed while it is empty',
    'stays sealed when it is closed and opened again',
  ]),
  brokenSeal('counts the seal as a commit', CountsTheSeal, [
    'refuses whatever comes after the seal',
    'refuses it from every instance, also from one that has written before',
    'goes on telling what it has',
    'can be sealed while it is empty',
  ]),
  brokenSeal('reads the seal as a commit', ReadsTheSeal, ['goes on telling what it has']),
  brokenSeal('is sealed again', IsSealedAgain, [
    'is sealed once, and takes the place where it has gone later',
    'is handed over once, to one of those that want it',
  ]),
  brokenSeal('is handed over again', IsHandedOverAgain, [
    'is handed over once, to one of those that want it',
  ]),
  brokenSeal('seals commits only', SealsCommitsOnly, ['can be sealed while it is empty']),
  brokenSeal('forgets the seal when it is closed', ForgetsTheSeal, [
    'stays sealed when it is closed and opened again',
  ]),
  brokenSeal('writes the text anew', WritesTheTextAnew, ['is read as it is stored']),
  brokenSeal('reads fences twice', ReadsFencesTwice, [
    'refuses whatever comes after the seal',
    'is read with its fences, each once',
  ]),
];
