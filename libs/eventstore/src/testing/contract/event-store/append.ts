import type { AppendResult, CommitHeader } from '../../../log/commit.js';
import type { EventStore } from '../../../log/event-store.js';
import type { NewEvent } from '../../../log/event.js';
import { collect, equal, ok, rejects } from '../check.js';
import { eventStoreCase, noted, notes, range } from './harness.js';

export function committed(result: AppendResult): CommitHeader {
  if (result.ok) return result.commit;
  throw new Error(`An append that should have succeeded met a conflict: ${JSON.stringify(result.conflict)}`);
}

/** That an attempt has left no trace. */
export async function equalsHead(store: EventStore, head: number, what: string): Promise<void> {
  equal(await store.head(), head, `the head after ${what}`);
  equal((await collect(store.readAll(head))).length, 0, `batches beyond the head after ${what}`);
}

export const appendCases = [
  eventStoreCase('refuses a hole in place of an event', async ({ store }) => {
    await rejects(
      'invalid-event',
      () => store.append('note-1', 'any', new Array<never>(2)),
      'an array of holes',
    );
    equal(await store.head(), 0, 'the head');
  }),

  eventStoreCase('answers an append with its position, versions, time and commit id', async ({ store }) => {
    const at = new Date('2026-03-01T10:00:00.123Z');
    const first = committed(await store.append('note-1', 'no-stream', notes(3), { commitId: 'c1', at }));
    equal(
      first,
      { position: 1, stream: 'note-1', firstVersion: 1, lastVersion: 3, at, commitId: 'c1' },
      'the commit',
    );
    const second = committed(await store.append('note-1', 3, notes(2), { at }));
    equal(second, { position: 2, stream: 'note-1', firstVersion: 4, lastVersion: 5, at }, 'the next commit');
  }),

  eventStoreCase('gives back every event as it was appended', async ({ store }) => {
    const at = new Date('2026-03-01T10:00:00.123Z');
    const metadata = { correlationId: 'co', causationId: 'ca', actor: 'ann', tenant: { id: 7 } };
    const event: NewEvent = { type: 'note.taken', data: { text: 'x' }, metadata, schemaVersion: 3 };
    await store.append('note-1', 'no-stream', [event, noted(2)], { commitId: 'c1', at });
    const surroundings = { stream: 'note-1', at, position: 1, commitId: 'c1' };
    equal(
      await collect(store.readStream('note-1')),
      [
        { ...surroundings, version: 1, type: 'note.taken', data: { text: 'x' }, metadata, schemaVersion: 3 },
        { ...surroundings, version: 2, type: 'note.taken', data: { n: 2 }, metadata: {}, schemaVersion: 1 },
      ],
      'the stream',
    );
  }),

  eventStoreCase('takes the time of an append from its own clock unless told', async ({ store }) => {
    const before = Date.now();
    const { at } = committed(await store.append('note-1', 'any', notes(1)));
    ok(at.getTime() >= before - 1_000 && at.getTime() <= Date.now() + 1_000, `took ${at.toISOString()}`);
    await rejects(
      'invalid-argument',
      () => store.append('n-1', 'any', notes(1), { at: new Date(NaN) }),
      'NaN',
    );
  }),

  eventStoreCase('writes all events of a commit or none', async ({ store }) => {
    const events = [noted(1), { type: 'note.taken', data: { price: NaN } }, noted(3)];
    const error = await rejects('invalid-event', () => store.append('note-1', 'any', events), 'a bad event');
    equal(error.path, 'data.price', 'the path');
    await equalsHead(store, 0, 'an append with a bad event');
    equal(await collect(store.readStream('note-1')), [], 'the stream');
  }),

  eventStoreCase('numbers commits without a gap over all streams', async ({ store }) => {
    const results = await Promise.all(
      range(1, 40).map((n) => store.append(`note-${n % 7}`, 'any', notes((n % 3) + 1))),
    );
    const positions = results.map((result) => committed(result).position);
    equal(
      positions.sort((a, b) => a - b),
      range(1, 40),
      'positions',
    );
    equal(await store.head(), 40, 'the head');
  }),

  eventStoreCase('judges each of many concurrent appends on its own', async ({ store }) => {
    await store.append('note-0', 'any', notes(1), { commitId: 'taken' });
    await store.fence('fenced');
    const outcomes = await Promise.allSettled([
      store.append('note-1', 'no-stream', notes(1)),
      store.append('note-0', 'no-stream', notes(1)),
      store.append('note-2', 'no-stream', notes(1), { commitId: 'fenced' }),
      store.append('note-3', 'no-stream', notes(1)),
      store.append('note-4', 'no-stream', notes(1), { commitId: 'taken' }),
      store.append('note-5', 'no-stream', [{ type: '', data: null }]),
      store.append('note-6', 'no-stream', notes(1)),
    ]);
    const told = outcomes.map((outcome) =>
      outcome.status === 'rejected'
        ? (outcome.reason as { code?: string }).code
        : outcome.value.ok || 'conflict',
    );
    equal(
      told,
      [true, 'conflict', 'commit-fenced', true, 'commit-id-reused', 'invalid-event', true],
      'the answers',
    );
    await equalsHead(store, 4, 'three good appends beside four bad ones');
  }),

  eventStoreCase('refuses a commit of no events, and of more than 10,000', async ({ store }) => {
    await rejects('invalid-argument', () => store.append('note-1', 'any', []), 'no events');
    await rejects('invalid-argument', () => store.append('note-1', 'any', notes(10_001)), '10,001 events');
    await equalsHead(store, 0, 'refused appends');
  }),

  eventStoreCase('takes a commit of 10,000 events', async ({ store }) => {
    const { lastVersion } = committed(await store.append('note-1', 'no-stream', notes(10_000)));
    equal(lastVersion, 10_000, 'the last version');
    const read = await collect(store.readStream('note-1', { from: 9_999 }));
    equal(
      read.map(({ version, data }) => [version, data]),
      [
        [9_999, { n: 9_999 }],
        [10_000, { n: 10_000 }],
      ],
      'the end of the stream',
    );
  }),

  eventStoreCase('takes an event of 10 MB', async ({ store }) => {
    const text = 'ä'.repeat(5 * 1024 * 1024);
    await store.append('note-1', 'no-stream', [{ type: 'note.taken', data: { text } }]);
    const [read] = await collect(store.readStream('note-1'));
    ok((read?.data as { text: string }).text === text, 'the text came back changed');
  }),

  eventStoreCase('takes the events as they are when append is called', async ({ store }) => {
    const data = { items: ['a'] };
    const events: NewEvent[] = [{ type: 'note.taken', data }];
    const appending = store.append('note-1', 'any', events, { commitId: 'c1' });
    data.items.push('b');
    events.push(noted(2));
    await appending;
    equal(
      (await collect(store.readStream('note-1'))).map((event) => event.data),
      [{ items: ['a'] }],
      'data',
    );
  }),

  eventStoreCase('shares nothing with its readers', async ({ store }) => {
    await store.append('note-1', 'any', [{ type: 'note.taken', data: { items: ['a'] } }], { commitId: 'c1' });
    const [event] = await collect(store.readStream('note-1'));
    (event?.data as { items: string[] }).items.push('b');
    event?.at.setTime(0);
    const [again] = await collect(store.readStream('note-1'));
    equal(again?.data, { items: ['a'] }, 'the data after a reader has changed its copy');
    ok(again?.at.getTime() !== 0, 'the time changed with a reader’s copy');
  }),

  eventStoreCase('refuses event types that are empty, too long or reserved', async ({ store }) => {
    for (const type of ['', 'x'.repeat(257), '$stream-closed', '$x', 'a\ud800']) {
      await rejects('invalid-event', () => store.append('n-1', 'any', [{ type, data: 1 }]), `"${type}"`);
    }
    await equalsHead(store, 0, 'refused types');
    committed(await store.append('n-1', 'any', [{ type: 'x'.repeat(256), data: 1 }]));
  }),

  eventStoreCase(
    'has an id of its own',
    async ({ store, second }) => {
      ok(typeof store.logId === 'string' && store.logId !== '', 'the log has no id');
      equal((await second()).logId, store.logId, 'the id as another instance sees it');
    },
    'second',
  ),
];
