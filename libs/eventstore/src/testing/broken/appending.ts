import type { AppendResult } from '../../log/commit.js';
import { isEventStoreError, StoreUnavailableError } from '../../log/errors.js';
import type { AppendOptions } from '../../log/event-store.js';
import type { NewEvent } from '../../log/event.js';
import { meets, type ExpectedVersion } from '../../log/expected-version.js';
import type { StreamName } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { findConflict, findFirstResult, nextCommit, write, type AppendRequest } from '../memory/append.js';
import { headerOf, type MemoryLog } from '../memory/memory-log.js';
import { brokenStore } from './broken-twin.js';

class GoesOnAfterDiskFull extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    try {
      return super.commit(request);
    } catch (error) {
      if (!isEventStoreError(error, 'store-unavailable')) throw error;
      return { ok: true, commit: headerOf(nextCommit(this.log, request)) };
    }
  }
}

/** Learns of a conflict from the failed statement, which ends the transaction of the whole group. */
class JudgesByAFailedInsert extends InMemoryEventStore {
  #group: Promise<{ failed: boolean }> | undefined;

  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    this.#group ??= Promise.resolve().then(() => {
      this.#group = undefined;
      return { failed: false };
    });
    const group = await this.#group;
    if (group.failed) throw new StoreUnavailableError('The transaction was rolled back.', 'not-written');
    try {
      const result = await super.commit(request);
      group.failed = !result.ok;
      return result;
    } catch (error) {
      group.failed = true;
      throw error;
    }
  }
}

/** What a commit would make of the heads is cached before it is one. */
class KeepsItsCachedHeadsAfterARollback extends InMemoryEventStore {
  readonly #lost = new Map<StreamName, number>();

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const { stream, expected } = request;
    const lost = this.#lost.get(stream);
    const actual = this.log.versionOf(stream) + (lost ?? 0);
    if (lost && !meets(expected, actual)) return { ok: false, conflict: { stream, expected, actual } };
    try {
      return super.commit(request);
    } catch (error) {
      if (isEventStoreError(error, 'store-unavailable')) this.#lost.set(stream, request.events.length);
      throw error;
    }
  }
}

/** Never asks whether another process has written. */
class TrustsItsCachedHeads extends InMemoryEventStore {
  readonly #heads = new Map<StreamName, number>();

  protected override commit(request: AppendRequest): AppendResult {
    const { stream, expected } = request;
    const first = findFirstResult(this.log, request);
    if (first) return first;
    const actual = this.#heads.get(stream) ?? this.log.versionOf(stream);
    this.#heads.set(stream, actual);
    findConflict(this.log, { ...request, expected: 'any' });
    if (!meets(expected, actual)) return { ok: false, conflict: { stream, expected, actual } };
    const result = write(this.log, request);
    this.#heads.set(stream, actual + request.events.length);
    return result;
  }
}

/** Judges an append by a looser expectation than the one it came with. */
function loosening(loosen: (expected: ExpectedVersion, actual: number) => ExpectedVersion) {
  return class extends InMemoryEventStore {
    protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
      const expected = loosen(request.expected, this.log.versionOf(request.stream));
      return super.commit({ ...request, expected });
    }
  };
}

/** Asks where the stream stands, and appends there if it still does. */
class TakesAnyForWhatItHasSeen extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    if (request.expected !== 'any' || request.commitId !== undefined) return super.commit(request);
    const expected = this.log.versionOf(request.stream);
    await Promise.resolve();
    return super.commit({ ...request, expected });
  }
}

/** Checks each event when its turn has come. */
class WritesTheEventsBeforeABadOne extends InMemoryEventStore {
  override async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult> {
    try {
      return await super.append(stream, expected, events, options);
    } catch (error) {
      const good = events.findIndex((event) => Number.isNaN((event.data as { price?: number }).price));
      if (good > 0) await super.append(stream, expected, events.slice(0, good));
      throw error;
    }
  }
}

/** Numbers events where commits are to be numbered. */
class CountsEvents extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult {
    const earlier = findFirstResult(this.log, request) ?? findConflict(this.log, request);
    if (earlier) return earlier;
    const before = this.log.commits.at(-1)?.position ?? 0;
    const stored = { ...nextCommit(this.log, request), position: before + request.events.length };
    this.log.add(stored);
    return { ok: true, commit: headerOf(stored) };
  }
}

/** Reads what it is to write when its turn has come. */
class TakesTheEventsLater extends InMemoryEventStore {
  override async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    await Promise.resolve();
    return super.append(stream, expected, events, options);
  }
}

class ForgetsWhatItWasAsked extends InMemoryEventStore {
  protected override async commit(request: AppendRequest): Promise<AppendResult> {
    const result = await super.commit(request);
    if (!result.ok) return result;
    const { commitId: _, ...commit } = result.commit;
    return { ok: true, commit };
  }
}

class LivesInTheYear1970 extends InMemoryEventStore {
  constructor(options: { log?: MemoryLog }) {
    super({ ...options, clock: () => new Date(0) });
  }
}

/** The limits of some storage, met in silence. */
class KeepsAMegabyteAtMost extends InMemoryEventStore {
  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    const text = request.text.replace(/"[^"]{1000000,}"/g, (long) => `${long.slice(0, 1_000_000)}"`);
    return super.commit({ ...request, text });
  }
}

class KeepsAThousandEventsAtMost extends InMemoryEventStore {
  override append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult> {
    const kept = events.length > 10_000 ? events : events.slice(0, 1_000);
    return super.append(stream, expected, kept, options);
  }
}

class HasAnIdForEveryInstance extends InMemoryEventStore {
  readonly #id = crypto.randomUUID();

  override get logId(): string {
    return this.#id;
  }
}

export const brokenAtAppending = [
  brokenStore('goes on after disk full', GoesOnAfterDiskFull, [
    'says that the storage has failed, and goes on where it was',
    'acknowledges nothing that a failing storage has not kept',
  ]),
  brokenStore('judges by a failed INSERT', JudgesByAFailedInsert, [
    'judges each of many concurrent appends on its own',
  ]),
  brokenStore('keeps its cached heads after a rollback', KeepsItsCachedHeadsAfterARollback, [
    'says that the storage has failed, and goes on where it was',
  ]),
  brokenStore('trusts its cached heads', TrustsItsCachedHeads, [
    'lets exactly one succeed when the concurrent appends come from two instances',
    'sees at once what another instance has written',
  ]),
  brokenStore(
    'ignores no-stream',
    loosening((expected) => (expected === 'no-stream' ? 'any' : expected)),
    [
      'judges each of many concurrent appends on its own',
      'appends at no-stream only if the stream has no events',
      'writes nothing on a conflict',
      'lets exactly one of many concurrent appends at no-stream succeed',
    ],
  ),
  brokenStore(
    'ignores stream-exists',
    loosening((expected) => (expected === 'stream-exists' ? 'any' : expected)),
    ['appends at stream-exists only if the stream has an event'],
  ),
  brokenStore(
    'takes an expected version for the least',
    loosening((expected, actual) => (typeof expected === 'number' ? Math.max(expected, actual) : expected)),
    [
      'appends at a number only if the stream’s last event has that version',
      'lets exactly one of many concurrent appends at one version succeed',
      'lets exactly one succeed when the concurrent appends come from two instances',
      'judges the closing of a stream by the expected version',
    ],
  ),
  brokenStore('takes any for the version that it has seen', TakesAnyForWhatItHasSeen, [
    'numbers commits without a gap over all streams',
    'appends at any wherever the stream stands, each after the other',
    'lets nothing into a stream that is closed at the same time',
    'reads a long stream without a hole',
    /^never shows a commit while one below it can still appear/,
  ]),
  brokenStore('writes the events before a bad one', WritesTheEventsBeforeABadOne, [
    'refuses a hole in place of an event',
    'writes all events of a commit or none',
    'judges each of many concurrent appends on its own',
    'keeps undefined exactly, or refuses it and names the path',
  ]),
  brokenStore('counts events', CountsEvents, [
    'answers an append with its position, versions, time and commit id',
    'gives back every event as it was appended',
    'numbers commits without a gap over all streams',
    'closes a stream with a commit of its own',
    'reads whole commits in the order of their positions',
    'reads only the categories asked for',
    'reads commits with an event of the types asked for, whole',
    'says how far a filtered read has looked',
    'looks at no more commits for a batch than its size',
    'reads on to what is appended while it reads',
    'never shows a commit while one below it can still appear',
    'says that the storage has failed, and goes on where it was',
    'acknowledges nothing that a failing storage has not kept',
  ]),
  brokenStore('takes the events later', TakesTheEventsLater, [
    'takes the events as they are when append is called',
    'finishes the appends in flight before it closes',
  ]),
  brokenStore('answers without the commit id', ForgetsWhatItWasAsked, [
    'answers an append with its position, versions, time and commit id',
    'leaves the commit id of a conflict free',
    'finds a commit with its events by its id',
    'closes a stream with a commit of its own',
    'knows the header of the commit at a position',
  ]),
  brokenStore('lives in the year 1970', LivesInTheYear1970, [
    'takes the time of an append from its own clock unless told',
    'shares nothing with its readers',
  ]),
  brokenStore('keeps a megabyte at most', KeepsAMegabyteAtMost, ['takes an event of 10 MB']),
  brokenStore('keeps a thousand events at most', KeepsAThousandEventsAtMost, [
    'takes a commit of 10,000 events',
  ]),
  brokenStore('has an id for every instance', HasAnIdForEveryInstance, [
    'has an id of its own',
    'is the same log when it is closed and opened again',
  ]),
];
