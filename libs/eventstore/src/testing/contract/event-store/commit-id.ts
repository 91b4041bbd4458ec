import type { AppendOptions } from '../../../log/event-store.js';
import type { NewEvent } from '../../../log/event.js';
import { equal, rejects } from '../check.js';
import { committed, equalsHead } from './append.js';
import { eventStoreCase, noted, notes, range } from './harness.js';

const taken: NewEvent = { type: 'note.taken', data: { a: 1, b: { c: [2] } } };

export const commitIdCases = [
  eventStoreCase(
    'answers a repeated commit id with the first result and writes nothing',
    async ({ store }) => {
      const first = await store.append('note-1', 0, notes(2), { commitId: 'c1' });
      equal(await store.append('note-1', 0, notes(2), { commitId: 'c1' }), first, 'the second answer');
      await equalsHead(store, 1, 'a repeated append');
    },
  ),

  eventStoreCase('looks a commit id up before it judges the expected version', async ({ store }) => {
    const first = await store.append('note-1', 'no-stream', notes(2), { commitId: 'c1' });
    await store.append('note-1', 2, notes(1));
    equal(await store.append('note-1', 'no-stream', notes(2), { commitId: 'c1' }), first, 'at no-stream');
    equal(await store.append('note-1', 77, notes(2), { commitId: 'c1' }), first, 'at another number');
  }),

  eventStoreCase('compares content without metadata, time and the order of keys', async ({ store }) => {
    const at = new Date('2026-01-01T00:00:00Z');
    const first = await store.append('note-1', 0, [{ ...taken, metadata: { actor: 'ann' } }], {
      commitId: 'c1',
      at,
    });
    const reordered = { type: 'note.taken', data: { b: { c: [2] }, a: 1 }, schemaVersion: 1 };
    const retried: [NewEvent, AppendOptions][] = [
      [taken, { commitId: 'c1' }],
      [
        { ...taken, metadata: { actor: 'bob' } },
        { commitId: 'c1', at: new Date() },
      ],
      [reordered, { commitId: 'c1' }],
    ];
    for (const [event, options] of retried) {
      equal(await store.append('note-1', 0, [event], options), first, `the retry ${JSON.stringify(event)}`);
    }
  }),

  ...[
    { other: 'data', stream: 'note-1', events: [{ ...taken, data: { a: 1, b: { c: [3] } } }] },
    {
      other: 'data by one key',
      stream: 'note-1',
      events: [{ ...taken, data: { a: 1, b: { c: [2] }, d: 0 } }],
    },
    { other: 'type', stream: 'note-1', events: [{ ...taken, type: 'note.lost' }] },
    { other: 'schema version', stream: 'note-1', events: [{ ...taken, schemaVersion: 2 }] },
    { other: 'number of events', stream: 'note-1', events: [taken, taken] },
    { other: 'stream', stream: 'note-2', events: [taken] },
  ].map(({ other, stream, events }) =>
    eventStoreCase(`refuses a commit id that stands for another ${other}`, async ({ store }) => {
      await store.append('note-1', 0, [taken], { commitId: 'c1' });
      const reuse = () => store.append(stream, 'any', events, { commitId: 'c1' });
      await rejects('commit-id-reused', reuse, `another ${other}`);
      await equalsHead(store, 1, 'a reused commit id');
    }),
  ),

  eventStoreCase('writes once when the same commit id is appended many times at once', async ({ store }) => {
    const appends = range(1, 8).map(() => store.append('note-1', 0, notes(2), { commitId: 'c1' }));
    const [first, ...others] = await Promise.all(appends);
    for (const other of others) equal(other, first, 'an answer');
    await equalsHead(store, 1, 'eight appends with one id');
  }),

  eventStoreCase(
    'writes once when the same commit id comes from two instances at once',
    async ({ store, second }) => {
      const stores = [store, await second()];
      for (const round of range(1, 10)) {
        const options = { commitId: `c${round}` };
        const appends = stores.map((one) => one.append(`note-${round}`, 'any', notes(1), options));
        const [first, other] = await Promise.all(appends);
        equal(other, first, `the answer in round ${round}`);
      }
      equal(await store.head(), 10, 'the head');
    },
    'second',
  ),

  eventStoreCase('leaves the commit id of a conflict free', async ({ store }) => {
    await store.append('note-1', 3, notes(1), { commitId: 'c1' });
    const other = [noted(9)];
    equal(committed(await store.append('note-1', 0, other, { commitId: 'c1' })).commitId, 'c1', 'the id');
  }),

  eventStoreCase('finds a commit with its events by its id', async ({ store }) => {
    equal(await store.findCommit('c1'), { outcome: 'absent' }, 'before');
    const at = new Date('2026-03-01T10:00:00.123Z');
    const header = committed(await store.append('note-1', 0, [taken], { commitId: 'c1', at }));
    const event = { stream: 'note-1', version: 1, metadata: {}, schemaVersion: 1, at, position: 1 };
    const commit = { ...header, events: [{ ...event, ...taken, commitId: 'c1' }] };
    equal(await store.findCommit('c1'), { outcome: 'committed', commit }, 'after');
  }),

  eventStoreCase('tells commit ids apart by every character', async ({ store }) => {
    const ids = ['a', 'A', 'a ', ' a', 'a\0', 'a\0b', 'é', 'e\u0301', '😀', '%', '_', "'", 'x'.repeat(256)];
    for (const commitId of ids) committed(await store.append('note-1', 'any', [noted(1)], { commitId }));
    await equalsHead(store, ids.length, 'as many ids');
    for (const [i, id] of ids.entries()) {
      const found = await store.findCommit(id);
      equal(found.outcome === 'committed' && found.commit.position, i + 1, JSON.stringify(id));
    }
  }),

  eventStoreCase('refuses commit ids that are empty, too long or ill-formed', async ({ store }) => {
    for (const commitId of ['', 'x'.repeat(257), 'a\ud800']) {
      const what = JSON.stringify(commitId);
      await rejects('invalid-argument', () => store.append('note-1', 'any', notes(1), { commitId }), what);
      await rejects('invalid-argument', () => store.fence(commitId), `fence ${what}`);
      await rejects('invalid-argument', () => store.findCommit(commitId), `findCommit ${what}`);
    }
    await equalsHead(store, 0, 'refused appends');
  }),

  eventStoreCase(
    'refuses an option that there is not, as a misspelled commit id would be',
    async ({ store }) => {
      for (const options of [{ commitid: 'c1' }, { commitId: 'c1', metadata: {} }, 'c1']) {
        const what = JSON.stringify(options);
        const odd = options as AppendOptions;
        await rejects('invalid-argument', () => store.append('note-1', 'any', notes(1), odd), what);
        await rejects('invalid-argument', () => store.closeStream('note-1', 'any', odd), `closing, ${what}`);
      }
      await equalsHead(store, 0, 'refused appends');
    },
  ),
];
