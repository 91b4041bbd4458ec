import type { EventStore, ReadStreamOptions } from '../../../log/event-store.js';
import { collect, equal, rejects } from '../check.js';
import { committed } from './append.js';
import { eventStoreCase, noted, notes, range } from './harness.js';

async function versions(store: EventStore, options?: ReadStreamOptions): Promise<number[]> {
  return (await collect(store.readStream('note-1', options))).map(({ version }) => version);
}

/** Commits of 3, 1 and 4 events, with other streams between them. */
async function fill(store: EventStore): Promise<void> {
  for (const count of [3, 1, 4]) {
    await store.append('note-1', 'any', notes(count));
    await store.append('note-10', 'any', notes(2));
  }
}

/** Names that some storage takes for the same: case, normal form, trailing space, patterns, prefixes, terminators. */
const ALIKE = [
  ...['a-1', 'A-1', 'a-1 ', 'a-', 'a-11', 'a-1\0', 'a-1\0x', 'a_1', 'a%1', '%', '_', "a-'1", 'a-"1', 'a-\\1'],
  ...['é-1', 'e\u0301-1', 'ß-1', 'ss-1', 'İ-1', '😀-1', '\u{10ffff}-1', '\uffff-1', '-', '-1', 'null', '$x'],
];

export const readStreamCases = [
  eventStoreCase('reads a stream that does not exist as nothing', async ({ store }) => {
    await fill(store);
    equal(await collect(store.readStream('note-2')), [], 'forward');
    equal(await collect(store.readStream('note-2', { direction: 'backward' })), [], 'backward');
  }),

  eventStoreCase('reads a stream forward from a version, with a limit', async ({ store }) => {
    await fill(store);
    equal(await versions(store), range(1, 8), 'all');
    equal(await versions(store, { from: 2 }), range(2, 8), 'from the middle of a commit');
    equal(await versions(store, { from: 4, limit: 3 }), [4, 5, 6], 'from 4, limit 3');
    equal(await versions(store, { limit: 2 }), [1, 2], 'limit 2');
    equal(await versions(store, { from: 8, limit: 5 }), [8], 'the last');
    equal(await versions(store, { from: 9 }), [], 'beyond the end');
  }),

  eventStoreCase('reads a stream backward from a version, with a limit', async ({ store }) => {
    await fill(store);
    const direction = 'backward';
    equal(await versions(store, { direction }), range(1, 8).reverse(), 'all');
    equal(await versions(store, { direction, from: 6 }), range(1, 6).reverse(), 'from within a commit');
    equal(await versions(store, { direction, from: 4, limit: 3 }), [4, 3, 2], 'from 4, limit 3');
    equal(await versions(store, { direction, limit: 1 }), [8], 'the last');
    equal(await versions(store, { direction, from: 1 }), [1], 'the first');
    equal(await versions(store, { direction, from: 99, limit: 2 }), [8, 7], 'from beyond the end');
  }),

  eventStoreCase('refuses to read from a version or with a limit that is none', async ({ store }) => {
    await fill(store);
    for (const bad of [-1, 1.5, NaN]) {
      await rejects('invalid-argument', () => versions(store, { from: bad }), `from ${bad}`);
      await rejects('invalid-argument', () => versions(store, { limit: bad }), `limit ${bad}`);
    }
  }),

  eventStoreCase('can be left in the middle of a stream, and read by many at once', async ({ store }) => {
    await fill(store);
    for await (const event of store.readStream('note-1')) if (event.version === 2) break;
    const readers = await Promise.all(range(1, 5).map(() => versions(store)));
    for (const read of readers) equal(read, range(1, 8), 'a reader');
    committed(await store.append('note-1', 8, notes(1)));
  }),

  eventStoreCase('reads a long stream without a hole', async ({ store }) => {
    await Promise.all(range(1, 60).map(() => store.append('note-1', 'any', notes(50))));
    equal(await versions(store), range(1, 3_000), 'forward');
    equal(await versions(store, { direction: 'backward' }), range(1, 3_000).reverse(), 'backward');
  }),

  eventStoreCase('tells a load the same payloads as events, where it has that way', async ({ store }) => {
    await store.append('note-1', 'any', [{ type: 'note.kept', data: null, schemaVersion: 3 }]);
    for (const count of [1, 40, 700]) await store.append('note-1', 'any', notes(count));
    await store.append('note-1', 'any', [{ type: 'note.long', data: 'x'.repeat(20_000) }, noted(1)]);
    for (const stream of ['note-1', 'note-2']) {
      if (!store.readPayloads) return;
      const payloads = (await collect(store.readPayloads(stream))).flat();
      const found = payloads.map(({ type, data, schemaVersion = 1 }) => ({ type, data, schemaVersion }));
      const events = await collect(store.readStream(stream));
      equal(
        found,
        events.map(({ type, data, schemaVersion }) => ({ type, data, schemaVersion })),
        stream,
      );
    }
  }),

  eventStoreCase('tells streams apart by every character of their names', async ({ store }) => {
    for (const [i, name] of ALIKE.entries()) committed(await store.append(name, 'no-stream', [noted(i)]));
    for (const [i, name] of ALIKE.entries()) {
      const found = (await collect(store.readStream(name))).map(({ stream, data }) => [stream, data]);
      equal(found, [[name, { n: i }]], `the stream ${JSON.stringify(name)}`);
    }
  }),

  eventStoreCase('takes stream names of 1 to 512 bytes of well-formed Unicode', async ({ store }) => {
    for (const name of ['', 'x'.repeat(513), 'ä'.repeat(257), '😀'.repeat(129), 'a-\ud800', 'a-\udc00b']) {
      const what = JSON.stringify(name).slice(0, 20);
      await rejects('invalid-argument', () => store.append(name, 'any', notes(1)), `append to ${what}`);
      await rejects('invalid-argument', () => collect(store.readStream(name)), `read ${what}`);
    }
    for (const name of ['x', 'x'.repeat(512), 'ä'.repeat(256), '😀'.repeat(128)]) {
      committed(await store.append(name, 'no-stream', notes(1)));
    }
  }),
];
