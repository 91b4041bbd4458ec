import type { AppendResult } from '../../log/commit.js';
import type { LogBatch, ReadAllOptions } from '../../log/event-store.js';
import type { Position } from '../../log/positions.js';
import { categoryOf } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { findConflict, findFirstResult, nextCommit, type AppendRequest } from '../memory/append.js';
import { commitOf, headerOf, type MemoryLog } from '../memory/memory-log.js';
import { brokenStore } from './broken-twin.js';
import { without } from './without.js';

/** Says how far the last commit that it found stands, and nothing when it found none. */
class ReadsWithoutUpTo extends InMemoryEventStore {
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    for await (const { commits } of super.readAll(after, options)) {
      const last = commits.at(-1);
      if (last) yield { commits, upTo: last.position };
    }
  }
}

/** Reads the log by options that are not the ones asked for. */
function readingAll(change: (options: ReadAllOptions) => ReadAllOptions) {
  return class extends InMemoryEventStore {
    override readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
      return super.readAll(after, change(options));
    }
  };
}

class CutsCommitsToTheTypes extends InMemoryEventStore {
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    const { types } = options;
    for await (const batch of super.readAll(after, options)) {
      const commits = batch.commits.map((commit) => ({
        ...commit,
        events: commit.events.filter(({ type }) => types?.includes(type) ?? true),
      }));
      yield { ...batch, commits };
    }
  }
}

class MatchesCategoriesByPrefix extends InMemoryEventStore {
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    const { categories } = options;
    for await (const batch of super.readAll(after, without(options, 'categories'))) {
      const wanted = ({ stream }: { stream: string }): boolean =>
        categories?.some((category) => categoryOf(stream).startsWith(category)) ?? true;
      yield { ...batch, commits: batch.commits.filter(wanted) };
    }
  }
}

class StepsBackToTheHead extends InMemoryEventStore {
  override readAll(after: Position, options?: ReadAllOptions): AsyncIterable<LogBatch> {
    const head = this.log.commits.length;
    return super.readAll(after > head ? Math.max(0, head - 1) : after, options);
  }
}

class ReadsUpToTheHeadOfTheBeginning extends InMemoryEventStore {
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    const head = await this.head();
    for await (const batch of super.readAll(after, options)) {
      if (batch.upTo > head) return;
      yield batch;
    }
  }
}

const reserved = new WeakMap<MemoryLog, number>();

/** Takes the position first and writes when it comes to it, as a sequence and concurrent transactions do. */
class ShowsALaterCommitFirst extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    const { log } = this;
    const before = reserved.get(log) ?? 0;
    reserved.set(log, before + 1);
    if (before === log.commits.length) for (let turns = 0; turns < 3; turns++) await turn();
    const earlier = findFirstResult(log, request) ?? findConflict(log, request);
    if (earlier) return earlier;
    const stored = { ...nextCommit(log, request), position: before + 1 };
    log.add(stored);
    log.commits.sort((a, b) => a.position - b.position);
    return { ok: true, commit: headerOf(stored) };
  }

  /** What stands beyond the position, the classic query. */
  override async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    const dense = this.log.commits.every(({ position }, i) => position === i + 1);
    if (dense) {
      yield* super.readAll(after, options);
      return;
    }
    const commits = this.log.commits.filter(({ position }) => position > after).map(commitOf);
    const last = commits.at(-1);
    if (last) yield { commits, upTo: last.position };
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

export const brokenAtReadingTheLog = [
  brokenStore('reads without upTo', ReadsWithoutUpTo, [
    'says how far a filtered read has looked',
    'looks at no more commits for a batch than its size',
  ]),
  brokenStore(
    'ignores the batch size',
    readingAll((options) => without(options, 'batchSize')),
    [
      'looks at no more commits for a batch than its size',
      'reads on to what is appended while it reads',
      'ends a read whose signal is aborted',
      'refuses positions and batch sizes that are none',
    ],
  ),
  brokenStore(
    'ignores the types',
    readingAll((options) => without(options, 'types')),
    [
      'refuses a filter that is no list of texts',
      'reads commits with an event of the types asked for, whole',
    ],
  ),
  brokenStore(
    'ignores the signal',
    readingAll((options) => without(options, 'signal')),
    ['ends a read whose signal is aborted'],
  ),
  brokenStore('cuts commits to the types', CutsCommitsToTheTypes, [
    'reads commits with an event of the types asked for, whole',
  ]),
  brokenStore('matches categories by prefix', MatchesCategoriesByPrefix, [
    'refuses a filter that is no list of texts',
    'reads only the categories asked for',
  ]),
  brokenStore('reads the last commit again from beyond the head', StepsBackToTheHead, [
    'reads an empty log, and beyond the head, as nothing',
  ]),
  brokenStore('reads up to the head of the beginning', ReadsUpToTheHeadOfTheBeginning, [
    'reads on to what is appended while it reads',
  ]),
  brokenStore('shows a later commit first', ShowsALaterCommitFirst, [
    'judges each of many concurrent appends on its own',
    'writes once when the same commit id is appended many times at once',
    /^never shows a commit while one below it can still appear/,
    'says that the storage has failed, and goes on where it was',
    'acknowledges nothing that a failing storage has not kept',
  ]),
];
