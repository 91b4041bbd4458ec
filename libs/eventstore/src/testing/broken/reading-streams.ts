import type { AppendResult } from '../../log/commit.js';
import type { ReadStreamOptions } from '../../log/event-store.js';
import type { NewEvent, RecordedEvent } from '../../log/event.js';
import { type StreamName } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { type AppendRequest } from '../memory/append.js';
import { brokenStore } from './broken-twin.js';
import { without } from './without.js';

const LOADED = 'tells a load the same payloads as events, where it has that way';

function withoutLargeData(payload: NewEvent): NewEvent {
  return JSON.stringify(payload.data).length > 10_000 ? { ...payload, data: null } : payload;
}

/** Reads streams by options that are not the ones asked for. */
function readingStreams(change: (options: ReadStreamOptions) => ReadStreamOptions) {
  return class extends InMemoryEventStore {
    override readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
      return super.readStream(stream, change(options));
    }
  };
}

/** Takes the first version of a commit for that of all its events. */
class StartsAtWholeCommits extends InMemoryEventStore {
  override readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const { from, direction } = options;
    const commits = this.log.streams.get(stream) ?? [];
    const commit = commits.find(
      (one) => from !== undefined && one.firstVersion <= from && one.lastVersion >= from,
    );
    const version = direction === 'backward' ? commit?.lastVersion : commit?.firstVersion;
    return super.readStream(stream, version === undefined ? options : { ...options, from: version });
  }
}

/** A quick way to load that leaves something out. */
function loading(change: (payload: NewEvent, index: number) => NewEvent | undefined) {
  return class extends InMemoryEventStore {
    async *readPayloads(stream: StreamName): AsyncIterable<readonly NewEvent[]> {
      let index = 0;
      for await (const { type, data, schemaVersion } of this.readStream(stream)) {
        const payload = change({ type, data, schemaVersion }, index++);
        if (payload) yield [payload];
      }
    }
  };
}

class KnowsNoStream extends InMemoryEventStore {
  override readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    if (stream !== '' && stream.isWellFormed() && this.log.versionOf(stream) === 0) {
      throw new Error(`There is no stream "${stream}".`);
    }
    return super.readStream(stream, options);
  }
}

class LosesTheLastPage extends InMemoryEventStore {
  override async *readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    let read = 0;
    for await (const event of super.readStream(stream, options)) {
      if (read === 1_000) return;
      read += 1;
      yield event;
    }
  }
}

/** Readers of one stream, at one time, move one cursor. */
class HasOneCursorForAll extends InMemoryEventStore {
  readonly #cursors = new Map<StreamName, AsyncIterator<RecordedEvent>>();

  override async *readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    const cursor = this.#cursors.get(stream) ?? super.readStream(stream, options)[Symbol.asyncIterator]();
    this.#cursors.set(stream, cursor);
    try {
      for (let next = await cursor.next(); !next.done; next = await cursor.next()) yield next.value;
    } finally {
      this.#cursors.delete(stream);
    }
  }
}

class HandsOutItsOwnCopy extends InMemoryEventStore {
  readonly #copies = new Map<string, RecordedEvent>();

  override async *readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    for await (const event of super.readStream(stream, options)) {
      const key = `${event.version} ${stream}`;
      const copy = this.#copies.get(key) ?? event;
      this.#copies.set(key, copy);
      yield copy;
    }
  }
}

class LosesTheSchemaVersion extends InMemoryEventStore {
  override async *readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    for await (const event of super.readStream(stream, options)) yield { ...event, schemaVersion: 1 };
  }
}

class FoldsStreamNames extends InMemoryEventStore {
  override readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return super.readStream(fold(stream), options);
  }

  protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    return super.commit({ ...request, stream: fold(request.stream) });
  }
}

function fold(stream: StreamName): StreamName {
  return stream.normalize('NFC').replace(/\s+$/u, '');
}

function sensible({ from, limit, ...options }: ReadStreamOptions): ReadStreamOptions {
  return {
    ...options,
    ...(from !== undefined && from >= 1 ? { from: Math.floor(from) } : {}),
    ...(limit !== undefined && limit >= 1 ? { limit: Math.floor(limit) } : {}),
  };
}

export const brokenAtReadingStreams = [
  brokenStore(
    'ignores from',
    readingStreams((options) => without(options, 'from')),
    [
      'takes a commit of 10,000 events',
      'reads a stream forward from a version, with a limit',
      'reads a stream backward from a version, with a limit',
      'refuses to read from a version or with a limit that is none',
    ],
  ),
  brokenStore(
    'ignores the limit',
    readingStreams((options) => without(options, 'limit')),
    [
      'reads a stream forward from a version, with a limit',
      'reads a stream backward from a version, with a limit',
      'refuses to read from a version or with a limit that is none',
    ],
  ),
  brokenStore(
    'reads forward only',
    readingStreams((options) => without(options, 'direction')),
    [
      'closes a stream with a commit of its own',
      'reads a stream backward from a version, with a limit',
      'reads a long stream without a hole',
    ],
  ),
  brokenStore('takes what makes no sense for no limit', readingStreams(sensible), [
    'refuses to read from a version or with a limit that is none',
  ]),
  brokenStore('starts at whole commits', StartsAtWholeCommits, [
    'takes a commit of 10,000 events',
    'reads a stream forward from a version, with a limit',
    'reads a stream backward from a version, with a limit',
    'refuses to read from a version or with a limit that is none',
  ]),
  brokenStore('throws for a stream that does not exist', KnowsNoStream, [
    'writes all events of a commit or none',
    'reads a stream that does not exist as nothing',
    'takes stream names of 1 to 512 bytes of well-formed Unicode',
  ]),
  brokenStore('reads one page of a stream', LosesTheLastPage, ['reads a long stream without a hole']),
  brokenStore(
    'loads one page',
    loading((payload, index) => (index < 500 ? payload : undefined)),
    [LOADED],
  ),
  brokenStore('loads large events without their data', loading(withoutLargeData), [LOADED]),
  brokenStore(
    'loads without schema versions',
    loading((payload) => without(payload, 'schemaVersion')),
    [LOADED],
  ),
  brokenStore('has one cursor for all readers', HasOneCursorForAll, [
    'can be left in the middle of a stream, and read by many at once',
  ]),
  brokenStore('hands out its own copy', HandsOutItsOwnCopy, ['shares nothing with its readers']),
  brokenStore('loses the schema version', LosesTheSchemaVersion, [
    'gives back every event as it was appended',
  ]),
  brokenStore('folds stream names', FoldsStreamNames, [
    'tells streams apart by every character of their names',
    'lists streams in the order of their names’ UTF-8 bytes',
    'lists streams page by page, each once',
  ]),
];
