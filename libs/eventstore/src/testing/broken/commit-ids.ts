import type { AppendResult, CommitOutcome } from '../../log/commit.js';
import { CommitIdReusedError } from '../../log/errors.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { findConflict, findFirstResult, write, type AppendRequest } from '../memory/append.js';
import { headerOf } from '../memory/memory-log.js';
import { brokenStore } from './broken-twin.js';

class WritesAgain extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult {
    const { commitId } = request;
    if (commitId !== undefined && this.log.fenced.has(commitId)) findFirstResult(this.log, request);
    return findConflict(this.log, request) ?? write(this.log, request);
  }
}

class LooksTheIdUpAfterTheExpectation extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult {
    const { log } = this;
    return findConflict(log, request) ?? findFirstResult(log, request) ?? write(log, request);
  }
}

class ComparesWhatIsWritten extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { commitId } = request;
    const earlier = commitId === undefined ? undefined : this.log.committed.get(commitId);
    if (earlier && earlier.text !== request.text)
      throw new CommitIdReusedError(earlier.commitId ?? '', earlier.stream);
    return super.commit(request);
  }
}

class AnswersAnyContentWithTheFirst extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { commitId } = request;
    const earlier = commitId === undefined ? undefined : this.log.committed.get(commitId);
    return earlier ? { ok: true, commit: headerOf(earlier) } : super.commit(request);
  }
}

class TakesTheIdOfAConflict extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    const result = await super.commit(request);
    if (!result.ok && request.commitId !== undefined) await this.fence(request.commitId);
    return result;
  }
}

class FindsNothing extends InMemoryEventStore {
  override async findCommit(commitId: string): Promise<CommitOutcome> {
    const found = await super.findCommit(commitId);
    return found.outcome === 'committed' ? { outcome: 'absent' } : found;
  }
}

class FoldsIds extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const commitId = request.commitId?.trim().toLowerCase();
    return super.commit({ ...request, commitId });
  }
}

/** Each instance knows only the ids that it has written itself. */
class KnowsOnlyItsOwnIds extends InMemoryEventStore {
  readonly #own = new Set<string | undefined>();

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { commitId } = request;
    const foreign = commitId !== undefined && this.log.committed.has(commitId) && !this.#own.has(commitId);
    this.#own.add(commitId);
    return foreign ? (findConflict(this.log, request) ?? write(this.log, request)) : super.commit(request);
  }
}

export const brokenAtCommitIds = [
  brokenStore('writes a commit id again', WritesAgain, [
    'judges each of many concurrent appends on its own',
    'answers a repeated commit id with the first result and writes nothing',
    'looks a commit id up before it judges the expected version',
    'compares content without metadata, time and the order of keys',
    /^refuses a commit id that stands for another/,
    'writes once when the same commit id is appended many times at once',
    'writes once when the same commit id comes from two instances at once',
    'answers the fence of a committed id with the commit and leaves it',
    'answers a retry by commit id with its first result in a closed stream',
  ]),
  brokenStore('looks the commit id up after the expectation', LooksTheIdUpAfterTheExpectation, [
    'answers a repeated commit id with the first result and writes nothing',
    'looks a commit id up before it judges the expected version',
    'compares content without metadata, time and the order of keys',
    'writes once when the same commit id is appended many times at once',
    'refuses an append whose commit id was fenced, whatever it expects',
    'answers the fence of a committed id with the commit and leaves it',
    'answers a retry by commit id with its first result in a closed stream',
  ]),
  brokenStore('compares the text that is written, metadata included', ComparesWhatIsWritten, [
    'compares content without metadata, time and the order of keys',
  ]),
  brokenStore('answers any content with the first result', AnswersAnyContentWithTheFirst, [
    'judges each of many concurrent appends on its own',
    /^refuses a commit id that stands for another/,
  ]),
  brokenStore('takes the commit id of a conflict', TakesTheIdOfAConflict, [
    'writes nothing on a conflict',
    'leaves the commit id of a conflict free',
  ]),
  brokenStore('finds no commit by its id', FindsNothing, [
    'finds a commit with its events by its id',
    'tells commit ids apart by every character',
    'answers the fence of a committed id with the commit and leaves it',
    'lets one of an append and a fence win, never both and never neither',
    'lets one of an append and a fence from another instance win',
    'sees at once what another instance has written',
    'acknowledges nothing that a failing storage has not kept',
  ]),
  brokenStore('folds commit ids', FoldsIds, ['tells commit ids apart by every character']),
  brokenStore('knows only its own commit ids', KnowsOnlyItsOwnIds, [
    'writes once when the same commit id comes from two instances at once',
  ]),
];
