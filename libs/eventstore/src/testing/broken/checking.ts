import type { AppendResult } from '../../log/commit.js';
import type { AppendOptions, ReadStreamOptions } from '../../log/event-store.js';
import type { NewEvent, RecordedEvent } from '../../log/event.js';
import type { ExpectedVersion } from '../../log/expected-version.js';
import type { StreamName } from '../../log/stream-name.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import type { AppendRequest } from '../memory/append.js';
import { eventsOf } from '../memory/read.js';
import { brokenStore } from './broken-twin.js';

/** Writes what `JSON.stringify` makes of it. */
class TakesAnything extends InMemoryEventStore {
  override async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    { commitId, at = new Date() }: AppendOptions = {},
  ): Promise<AppendResult> {
    this.assertOpen();
    const text = JSON.stringify(events.map(({ data = null, ...event }) => ({ ...event, data })));
    return this.commit({ stream, expected, events, text, commitId, at: at.getTime() });
  }

  override async *readStream(
    stream: StreamName,
    options: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    this.assertOpen();
    yield* eventsOf(this.log, stream, options);
  }
}

/** Says no, but not where. */
class NamesNoPath extends InMemoryEventStore {
  override async append(
    ...args: Parameters<InMemoryEventStore['append']>
  ): ReturnType<InMemoryEventStore['append']> {
    try {
      return await super.append(...args);
    } catch (error) {
      if (error instanceof Error && 'path' in error) throw Object.assign(error, { path: 'events' });
      throw error;
    }
  }
}

/** Changes a commit's text on its way to the storage. */
function storing(change: (text: string) => string) {
  return class extends InMemoryEventStore {
    protected override commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
      return super.commit({ ...request, text: change(request.text) });
    }
  };
}

/** Changes the data of every event on its way to the storage. */
function storingData(change: (data: unknown) => unknown) {
  return storing((text) => {
    const events = JSON.parse(text) as { data: unknown }[];
    return JSON.stringify(events.map((event) => ({ ...event, data: change(event.data) })));
  });
}

/** Changes every key and value, from the leaves up, as the reviver of `JSON.parse` does. */
function storingEach(change: (key: string, value: unknown) => unknown) {
  return storing((text) => JSON.stringify(JSON.parse(text, change)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function cut(value: unknown, levels: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((one) => cut(one, levels - 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cut(one, levels - 1)]));
}

export const brokenAtChecking = [
  brokenStore('takes anything', TakesAnything, [
    'refuses a hole in place of an event',
    'takes the time of an append from its own clock unless told',
    'writes all events of a commit or none',
    'judges each of many concurrent appends on its own',
    'refuses a commit of no events, and of more than 10,000',
    'refuses event types that are empty, too long or reserved',
    'refuses an expectation that is none',
    'refuses commit ids that are empty, too long or ill-formed',
    'refuses an option that there is not, as a misspelled commit id would be',
    'takes stream names of 1 to 512 bytes of well-formed Unicode',
    /^keeps .* exactly, or refuses it and names the path$/,
    'keeps data of any depth exactly, or refuses it',
    'refuses data that contains itself',
    'leaves out what is undefined in metadata, and refuses what JSON would change',
  ]),
  brokenStore('names no path', NamesNoPath, [
    'writes all events of a commit or none',
    /^keeps .* exactly, or refuses it and names the path$/,
    'leaves out what is undefined in metadata, and refuses what JSON would change',
  ]),
  brokenStore(
    'wraps what is no object',
    storingData((data) => (typeof data === 'object' && data ? data : { data })),
    [
      'keeps null exactly',
      'keeps a bare string exactly',
      'keeps a bare number exactly',
      'keeps a bare boolean exactly',
      'keeps every kind of character exactly',
    ],
  ),
  brokenStore(
    'drops what is empty',
    storingEach((_, value) => (isEmpty(value) ? undefined : value)),
    [
      'answers a retry by commit id with its first result in a closed stream',
      'keeps an empty object and an empty array exactly',
    ],
  ),
  brokenStore(
    'drops keys that objects have anyway',
    storingEach((key, value) => (key in {} ? undefined : value)),
    ['keeps a key __proto__ exactly', 'keeps keys that objects inherit exactly'],
  ),
  brokenStore(
    'drops keys with a dot or a dollar',
    storingEach((key, value) => (/[.$]/.test(key) ? undefined : value)),
    ['keeps keys of any sort exactly'],
  ),
  brokenStore(
    'keeps dates as numbers',
    storing((text) => text.replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '0')),
    ['keeps strings that look like something else exactly'],
  ),
  brokenStore(
    'keeps fifty levels',
    storingData((data) => cut(data, 50)),
    ['keeps a hundred levels exactly'],
  ),
  brokenStore(
    'drops __proto__ keys',
    storing((text) => text.replaceAll('"__proto__":', '"":')),
    ['keeps a key __proto__ exactly'],
  ),
  brokenStore(
    'mends lone surrogates',
    storing((text) => text.replace(/\\ud[89a-f]../gi, '\\ufffd')),
    ['keeps lone surrogates exactly'],
  ),
  brokenStore(
    'keeps numbers to six digits',
    storing((text) => text.replace(/[\d.]{7,}(e[+-]?\d+)?/g, '0')),
    ['keeps the ends of the numbers exactly'],
  ),
  brokenStore(
    'ends a text at its first NUL',
    storing((text) => text.replaceAll('\\u0000', '')),
    ['keeps every kind of character exactly'],
  ),
];
