import type { EventStore, ListStreamsOptions } from '../../../log/event-store.js';
import { equal, rejects } from '../check.js';
import { eventStoreCase, notes, range } from './harness.js';

async function names(store: EventStore, options?: ListStreamsOptions): Promise<string[]> {
  return (await store.listStreams(options)).map(({ stream }) => stream);
}

/** In the order of their UTF-8 bytes, which is not that of JavaScript: 😀 (U+1F600) comes after U+FF5E. */
const SORTED = [
  '$x',
  'A-1',
  'Z',
  'a',
  'a-',
  'a-1',
  'a-10',
  'a-2',
  'ab-1',
  'e\u0301',
  'é',
  '中',
  '\uff5e',
  '😀',
];

export const listStreamsCases = [
  eventStoreCase('lists streams with their versions, and whether they are closed', async ({ store }) => {
    equal(await store.listStreams(), [], 'an empty log');
    await store.append('note-2', 'any', notes(3));
    await store.append('note-1', 'any', notes(1));
    await store.append('note-1', 'any', notes(1));
    await store.closeStream('note-2', 'any');
    const expected = [
      { stream: 'note-1', version: 2, closed: false },
      { stream: 'note-2', version: 4, closed: true },
    ];
    equal(await store.listStreams(), expected, 'the streams');
  }),

  eventStoreCase('lists streams in the order of their names’ UTF-8 bytes', async ({ store }) => {
    for (const name of [...SORTED].reverse()) await store.append(name, 'any', notes(1));
    equal(await names(store), SORTED, 'the order');
  }),

  eventStoreCase('lists streams page by page, each once', async ({ store }) => {
    for (const name of [...SORTED].reverse()) await store.append(name, 'any', notes(1));
    for (const limit of [1, 3, 5]) {
      const paged: string[] = [];
      let page = await names(store, { limit });
      while (page.length > 0 && paged.length < 100) {
        equal(page.length <= limit, true, `a page of ${page.length} at a limit of ${limit}`);
        paged.push(...page);
        page = await names(store, { limit, after: paged.at(-1) ?? '' });
      }
      equal(paged, SORTED, `pages of ${limit}`);
    }
    equal(
      await names(store, { after: 'a-100' }),
      SORTED.slice(SORTED.indexOf('a-2')),
      'after no stream’s name',
    );
  }),

  eventStoreCase('lists 100 streams unless told otherwise', async ({ store }) => {
    await Promise.all(range(1, 120).map((n) => store.append(`note-${n}`, 'any', notes(1))));
    equal((await names(store)).length, 100, 'streams by default');
    equal((await names(store, { limit: 10_000 })).length, 120, 'streams with a limit of 10,000');
  }),

  eventStoreCase('lists the streams of one category', async ({ store }) => {
    const streams = ['a', 'a-', 'a-1', 'a-b-2', 'aa-1', 'A-1', 'a_-1', 'ab', '-1', 'a%'];
    for (const name of streams) await store.append(name, 'any', notes(1));
    equal(await names(store, { category: 'a' }), ['a', 'a-', 'a-1', 'a-b-2'], 'a');
    equal(await names(store, { category: 'a', after: 'a-', limit: 1 }), ['a-1'], 'the second page of a');
    equal(await names(store, { category: 'a_' }), ['a_-1'], 'a_');
    equal(await names(store, { category: '' }), ['-1'], 'the empty category');
    equal(await names(store, { category: 'a-b' }), [], 'a category with a dash');
  }),

  eventStoreCase('refuses limits that are none', async ({ store }) => {
    for (const limit of [0, -1, 1.5, NaN, 10_001]) {
      await rejects('invalid-argument', () => store.listStreams({ limit }), `limit ${limit}`);
    }
  }),
];
