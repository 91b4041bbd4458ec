import type { EventStore, LogBatch, ReadAllOptions } from '../../../log/event-store.js';
import { STREAM_CLOSED } from '../../../log/event.js';
import { collect, equal, ok, rejects } from '../check.js';
import { eventStoreCase, noted, notes, range } from './harness.js';

const positionsIn = (batches: readonly LogBatch[]): number[] =>
  batches.flatMap(({ commits }) => commits.map(({ position }) => position));

async function read(store: EventStore, after: number, options?: ReadAllOptions): Promise<number[]> {
  return positionsIn(await collect(store.readAll(after, options)));
}

/** 1 note-1, 2 task-1, 3 note-2, 4 task-2 (with a note.lost), 5 notes-1, 6 note, 7 Note-1, 8 task-1 (closed). */
async function fill(store: EventStore): Promise<void> {
  await store.append('note-1', 'any', notes(2));
  await store.append('task-1', 'any', notes(1, 'task.set'));
  await store.append('note-2', 'any', [noted(1), noted(2, 'note.lost'), noted(3)]);
  await store.append('task-2', 'any', [noted(1, 'task.set'), noted(2, 'note.lost')]);
  for (const stream of ['notes-1', 'note', 'Note-1']) await store.append(stream, 'any', notes(1, 'x'));
  await store.closeStream('task-1', 'any');
}

export const readAllCases = [
  eventStoreCase('reads an empty log, and beyond the head, as nothing', async ({ store }) => {
    equal(await collect(store.readAll(0)), [], 'an empty log');
    await fill(store);
    equal(await collect(store.readAll(8)), [], 'after the head');
    equal(await collect(store.readAll(99)), [], 'far beyond the head');
  }),

  eventStoreCase('reads whole commits in the order of their positions', async ({ store }) => {
    await fill(store);
    const commits = (await collect(store.readAll(0))).flatMap((batch) => batch.commits);
    equal(
      commits.map(({ position }) => position),
      range(1, 8),
      'positions',
    );
    const { events, ...header } = commits[2] ?? { events: [] };
    equal(header, await store.commitAt(3), 'the header of the third commit');
    const inStream = await collect(store.readStream('note-2'));
    equal(events, inStream, 'the events of the third commit, as its stream has them');
    equal(await read(store, 5), [6, 7, 8], 'after 5');
  }),

  eventStoreCase('reads only the categories asked for', async ({ store }) => {
    await fill(store);
    equal(await read(store, 0, { categories: ['note'] }), [1, 3, 6], 'note');
    equal(await read(store, 0, { categories: ['note', 'task'] }), [1, 2, 3, 4, 6, 8], 'note and task');
    equal(await read(store, 3, { categories: ['note'] }), [6], 'after 3');
    equal(await read(store, 0, { categories: ['no%'] }), [], 'a pattern');
  }),

  eventStoreCase('reads commits with an event of the types asked for, whole', async ({ store }) => {
    await fill(store);
    const batches = await collect(store.readAll(0, { types: ['note.lost'] }));
    equal(positionsIn(batches), [3, 4], 'note.lost');
    const types = batches
      .flatMap(({ commits }) => commits)
      .map(({ events }) => events.map(({ type }) => type));
    equal(
      types,
      [
        ['note.taken', 'note.lost', 'note.taken'],
        ['task.set', 'note.lost'],
      ],
      'all their events',
    );
    equal(await read(store, 0, { types: [STREAM_CLOSED] }), [8], 'the closing of a stream');
    equal(await read(store, 0, { types: ['note.lost'], categories: ['task'] }), [4], 'with a category');
  }),

  eventStoreCase('says how far a filtered read has looked', async ({ store }) => {
    await fill(store);
    for (const options of [{ categories: ['note'] }, { types: ['none'] }, { categories: ['none'] }, {}]) {
      for (const batchSize of [1, 3, 500]) {
        const batches = await collect(store.readAll(0, { ...options, batchSize }));
        const what = `${JSON.stringify(options)} in batches of ${batchSize}`;
        equal(batches.at(-1)?.upTo, 8, `upTo at the end of ${what}`);
        let before = 0;
        for (const { commits, upTo } of batches) {
          const outside = commits.filter(({ position }) => position <= before || position > upTo);
          equal(outside, [], `commits outside of the batch ${before} to ${upTo} of ${what}`);
          ok(upTo > before, `${what} goes from ${before} to ${upTo}`);
          before = upTo;
        }
      }
    }
  }),

  eventStoreCase('looks at no more commits for a batch than its size', async ({ store }) => {
    await fill(store);
    const batches = await collect(store.readAll(1, { batchSize: 3 }));
    ok(
      batches.every(({ commits }) => commits.length <= 3),
      'a batch holds more commits than its size',
    );
    equal(positionsIn(batches), range(2, 8), 'positions');
    let before = 1;
    for (const { upTo } of await collect(store.readAll(1, { batchSize: 3, categories: ['Note'] }))) {
      ok(upTo - before <= 3, `a filtered batch went from ${before} to ${upTo}`);
      before = upTo;
    }
  }),

  eventStoreCase('reads on to what is appended while it reads', async ({ store }) => {
    await fill(store);
    const seen: number[] = [];
    for await (const batch of store.readAll(0, { batchSize: 2 })) {
      seen.push(...positionsIn([batch]));
      if (seen.length === 2) await store.append('note-1', 'any', notes(1));
    }
    equal(seen, range(1, 9), 'positions');
  }),

  eventStoreCase('ends a read whose signal is aborted', async ({ store }) => {
    await fill(store);
    const aborted = AbortSignal.abort();
    equal(await collect(store.readAll(0, { signal: aborted })), [], 'a read that was aborted before');
    const abort = new AbortController();
    const upTos: number[] = [];
    for await (const { upTo } of store.readAll(0, { batchSize: 1, signal: abort.signal })) {
      upTos.push(upTo);
      if (upTo === 2) abort.abort();
    }
    equal(upTos, [1, 2], 'batches until the abort');
  }),

  eventStoreCase('refuses a filter that is no list of texts', async ({ store }) => {
    await fill(store);
    for (const filter of ['note', [1], [null], { 0: 'note' }]) {
      const what = JSON.stringify(filter);
      const asked = (name: string) => () => read(store, 0, { [name]: filter });
      await rejects('invalid-argument', asked('categories'), `categories ${what}`);
      await rejects('invalid-argument', asked('types'), `types ${what}`);
    }
  }),

  eventStoreCase('refuses positions and batch sizes that are none', async ({ store }) => {
    await fill(store);
    for (const after of [-1, 0.5, NaN]) {
      await rejects('invalid-argument', () => read(store, after), `after ${after}`);
    }
    for (const batchSize of [0, -1, 1.5, NaN, 10_001]) {
      await rejects('invalid-argument', () => read(store, 0, { batchSize }), `batchSize ${batchSize}`);
    }
  }),

  eventStoreCase('never shows a commit while one below it can still appear', async ({ store }) => {
    const writers = range(1, 60).map((n) => store.append(`note-${n % 5}`, 'any', notes((n % 4) + 1)));
    equal(await tail(store, Promise.all(writers)), range(1, 60), SEEN);
  }),

  eventStoreCase(
    'never shows a commit while one below it can still appear from another instance',
    async ({ store, second }) => {
      const other = await second();
      const writers = range(1, 60).map((n) =>
        (n % 2 ? store : other).append(`note-${n % 5}`, 'any', notes(1)),
      );
      equal(await tail(await second(), Promise.all(writers)), range(1, 60), SEEN);
    },
    'second',
  ),
];

const SEEN = 'what a reader has seen that remembers the last position';

/** Follows the log as a processor does, until all is written and read. */
async function tail(store: EventStore, written: Promise<unknown>): Promise<number[]> {
  const seen: number[] = [];
  let after = 0;
  const state = { writing: true };
  const finished = written.finally(() => (state.writing = false));
  for (let last = false; !last;) {
    last = !state.writing;
    for await (const { commits, upTo } of store.readAll(after, { batchSize: 7 })) {
      seen.push(...commits.map(({ position }) => position));
      after = upTo;
    }
    // Lets the writers of the same event loop go on: a store may answer without ever leaving the microtasks.
    await new Promise((resolve) => setTimeout(resolve));
  }
  await finished;
  return seen;
}
