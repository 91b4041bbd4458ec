import type { AppendResult, CommitOutcome } from '../../log/commit.js';
import { CommitFencedError } from '../../log/errors.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import type { AppendRequest } from '../memory/append.js';
import { brokenStore } from './broken-twin.js';

class ForgetsTheFence extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    return found.outcome === 'absent' ? { outcome: 'fenced' } : found;
  }
}

class FencesWhatIsCommitted extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    await super.fence(commitId);
    this.log.fenced.set(commitId, new Date());
    return { outcome: 'fenced' };
  }
}

class GivesTheFenceAPosition extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const outcome = await super.fence(commitId);
    await this.append(`fence-${this.log.commits.length}`, 'any', [{ type: 'fenced', data: {} }]);
    return outcome;
  }
}

class FencesOnce extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    return found.outcome === 'fenced' ? { outcome: 'absent' } : super.fence(commitId);
  }
}

/** Looks, then fences: in between, the append can be acknowledged. */
class LooksBeforeItFences extends InMemoryEventStore {
  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    if (found.outcome !== 'absent') return found;
    await new Promise((resolve) => setTimeout(resolve));
    this.log.fenced.set(commitId, new Date());
    return { outcome: 'fenced' };
  }
}

/** Keeps fences in memory of its own. */
class FencesForItselfOnly extends InMemoryEventStore {
  readonly #fenced = new Set<string>();

  override async findCommit(commitId: string): Promise<CommitOutcome> {
    const found = await super.findCommit(commitId);
    return found.outcome === 'absent' && this.#fenced.has(commitId) ? { outcome: 'fenced' } : found;
  }

  override async fence(commitId: string): Promise<CommitOutcome> {
    const found = await this.findCommit(commitId);
    if (found.outcome === 'absent') this.#fenced.add(commitId);
    return this.findCommit(commitId);
  }

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { commitId = '' } = request;
    if (this.#fenced.has(commitId)) throw new CommitFencedError(commitId);
    return super.commit(request);
  }
}

export const brokenAtFences = [
  brokenStore('forgets the fence', ForgetsTheFence, [
    'judges each of many concurrent appends on its own',
    'refuses an append whose commit id was fenced, whatever it expects',
    'lets one of an append and a fence win, never both and never neither',
    'lets one of an append and a fence from another instance win',
    'keeps a fence when it is closed and opened again',
    'sees at once what another instance has written',
  ]),
  brokenStore('fences what is committed', FencesWhatIsCommitted, [
    'answers the fence of a committed id with the commit and leaves it',
    'lets one of an append and a fence win, never both and never neither',
    'lets one of an append and a fence from another instance win',
  ]),
  brokenStore('gives the fence a position', GivesTheFenceAPosition, [
    'judges each of many concurrent appends on its own',
    'refuses an append whose commit id was fenced, whatever it expects',
    'takes no position for a fence',
    'sees at once what another instance has written',
  ]),
  brokenStore('fences once', FencesOnce, ['fences an id as often as it is asked']),
  brokenStore('looks before it fences', LooksBeforeItFences, [
    'lets one of an append and a fence win, never both and never neither',
    'lets one of an append and a fence from another instance win',
  ]),
  brokenStore('fences for itself only', FencesForItselfOnly, [
    'keeps a fence when it is closed and opened again',
    'sees at once what another instance has written',
  ]),
];
