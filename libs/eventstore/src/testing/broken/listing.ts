import type { ListStreamsOptions, StreamInfo } from '../../log/event-store.js';
import { InMemoryEventStore } from '../in-memory-event-store.js';
import { brokenStore } from './broken-twin.js';

/** Makes the list itself, from all streams. */
function listing(list: (all: readonly StreamInfo[], options: ListStreamsOptions) => readonly StreamInfo[]) {
  return class extends InMemoryEventStore {
    override async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
      await super.listStreams(options);
      return list(await super.listStreams({ limit: 10_000 }), options);
    }
  };
}

const inOrderOfJavaScript = listing((all, { category, after = '', limit = 100 }) =>
  all
    .filter(
      ({ stream }) => category === undefined || stream === category || stream.startsWith(`${category}-`),
    )
    .filter(({ stream }) => stream > after)
    .sort((a, b) => (a.stream < b.stream ? -1 : 1))
    .slice(0, limit),
);

class MatchesCategoriesAsPatterns extends InMemoryEventStore {
  override async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    const { category, limit = 100, ...rest } = options;
    if (category === undefined) return super.listStreams(options);
    const pattern = new RegExp(`^${category.replaceAll('%', '.*').replaceAll('_', '.')}(-|$)`, 'i');
    const all = await super.listStreams({ ...rest, limit: 10_000 });
    return all.filter(({ stream }) => pattern.test(stream)).slice(0, limit);
  }
}

class ListsAll extends InMemoryEventStore {
  override async listStreams({ limit, ...rest }: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    if (limit !== undefined) await super.listStreams({ limit });
    return super.listStreams({ ...rest, limit: 10_000 });
  }
}

class TakesAnyLimit extends InMemoryEventStore {
  override listStreams({ limit, ...rest }: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    const known = limit !== undefined && limit >= 1 ? { limit: Math.min(Math.floor(limit), 10_000) } : {};
    return super.listStreams({ ...rest, ...known });
  }
}

class ListsEveryStreamAsOpen extends InMemoryEventStore {
  override async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    return (await super.listStreams(options)).map((info) => ({ ...info, closed: false }));
  }
}

export const brokenAtListing = [
  brokenStore('lists streams in the order of JavaScript', inOrderOfJavaScript, [
    'lists streams in the order of their names’ UTF-8 bytes',
    'lists streams page by page, each once',
    'lists the streams of one category',
  ]),
  brokenStore('matches categories as patterns', MatchesCategoriesAsPatterns, [
    'lists the streams of one category',
  ]),
  brokenStore('lists all streams', ListsAll, [
    'lists streams page by page, each once',
    'lists 100 streams unless told otherwise',
    'lists the streams of one category',
  ]),
  brokenStore('takes any limit', TakesAnyLimit, ['refuses limits that are none']),
  brokenStore('lists every stream as open', ListsEveryStreamAsOpen, [
    'lists streams with their versions, and whether they are closed',
  ]),
];
