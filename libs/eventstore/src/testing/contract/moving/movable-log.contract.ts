import { encodeEvents } from '../../../log/commit-text.js';
import { isEventStoreError } from '../../../log/errors.js';
import type { StoredCommit } from '../../../log/movable-log.js';
import { collect, equal, ok, rejects } from '../check.js';
import { committed } from '../event-store/append.js';
import { noted, notes, range } from '../event-store/harness.js';
import { fencesOf, movableLogCase, storedOf, type MovableLogCase, type MovableStore } from './harness.js';

/** Two commits in two streams, and a fence. */
async function used(store: MovableStore): Promise<void> {
  await store.append('note-1', 0, notes(2), { commitId: 'c1' });
  await store.append('note-2', 0, notes(1));
  await store.fence('f1');
}

async function refusesAll(store: MovableStore, movedTo: string | undefined): Promise<void> {
  const late = { commitId: `late-${crypto.randomUUID()}` };
  for (const write of [
    () => store.append('note-1', 2, notes(1)),
    () => store.append('note-1', 'any', notes(1), late),
    () => store.append('note-3', 'no-stream', notes(1)),
    () => store.append('note-1', 17, notes(1)),
    () => store.closeStream('note-2', 'any'),
    () => store.fence(late.commitId),
  ]) {
    const error = await rejects('log-sealed', write, 'a write');
    equal(error['movedTo'], movedTo, 'where the log has gone');
  }
}

const WRITES = 18;

/** Seals the log and copies it at once, while appends and fences are under way. */
async function raceOf(stores: readonly MovableStore[], sealer: MovableStore, round: number): Promise<void> {
  const underWay: Promise<unknown>[] = [];
  const [acknowledged, fenced]: string[][] = [[], []];
  let copy: Promise<{ ids: unknown[]; fences: string[] }> | undefined;
  for (const n of range(1, WRITES)) {
    const store = stores[n % stores.length]!;
    const [commitId, fenceId] = [`append-${n}`, `fence-${n}`];
    const append = store.append(`note-${n % 4}`, 'any', notes(1), { commitId });
    underWay.push(append.then(() => acknowledged!.push(commitId), unlessSealed));
    const fence = store.fence(fenceId);
    underWay.push(fence.then(({ outcome }) => outcome === 'fenced' && fenced!.push(fenceId), unlessSealed));
    if (n === round) copy = sealer.seal().then(() => copyOf(sealer));
    if (n % 3 === 0) await Promise.race(underWay.slice(-2));
  }
  await Promise.all(underWay);
  const { ids, fences } = await copy!;
  equal(ids.sort(), acknowledged!.sort(), 'what was copied, and what was acknowledged');
  equal((await sealer.findSeal())?.position, ids.length, 'the position of the seal');
  for (const id of fenced!) ok(fences.includes(id), `the fence ${id} was acknowledged and not copied`);
  equal(await copyOf(sealer), { ids, fences }, 'what another copy would be');
  for (const store of stores) await tellsOfItsFences(store, fences);
}

async function copyOf(log: MovableStore): Promise<{ ids: unknown[]; fences: string[] }> {
  const ids = (await storedOf(log)).map(({ commitId }) => commitId).sort();
  return { ids, fences: (await fencesOf(log)).map(({ commitId }) => commitId) };
}

function unlessSealed(error: unknown): void {
  if (!isEventStoreError(error, 'log-sealed')) throw error;
}

async function outcomeOf(store: MovableStore, id: string): Promise<string> {
  try {
    return (await store.findCommit(id)).outcome;
  } catch (error) {
    unlessSealed(error);
    return 'not told';
  }
}

/** Nobody is told `fenced` of what a reader of the sealed log does not get. */
async function tellsOfItsFences(store: MovableStore, kept: readonly string[]): Promise<void> {
  const ids = range(1, WRITES).map((n) => `fence-${n}`);
  const outcomes = await Promise.all(ids.map((id) => outcomeOf(store, id)));
  for (const [i, id] of ids.entries()) {
    const isKept = kept.includes(id);
    if (isKept || outcomes[i] === 'fenced') equal([outcomes[i], isKept], ['fenced', true], id);
  }
}

/** The rules of `MovableLog`. */
export const movableLogContract: readonly MovableLogCase[] = [
  movableLogCase('refuses whatever comes after the seal', async ({ store }) => {
    await used(store);
    await store.seal({ movedTo: 'the new place' });
    await refusesAll(store, 'the new place');
    equal(await store.head(), 2, 'the head');
    equal((await storedOf(store)).length, 2, 'the commits');
    equal((await fencesOf(store)).length, 1, 'the fences');
  }),

  movableLogCase(
    'refuses it from every instance, also from one that has written before',
    async ({ store, second }) => {
      const other = await second();
      await used(other);
      await store.seal();
      await refusesAll(other, undefined);
      await refusesAll(await second(), undefined);
      equal(await other.head(), 2, 'the head');
    },
    'second',
  ),

  movableLogCase('answers as ever for what was there before the seal', async ({ store }) => {
    const first = await store.append('note-1', 0, notes(2), { commitId: 'c1' });
    await store.fence('f1');
    await store.seal();
    equal(await store.append('note-1', 0, notes(2), { commitId: 'c1' }), first, 'a retry');
    const reused = () => store.append('note-1', 2, notes(3), { commitId: 'c1' });
    await rejects('commit-id-reused', reused, 'an append with a used id');
    equal((await store.fence('c1')).outcome, 'committed', 'the fence of a committed id');
    equal((await store.fence('f1')).outcome, 'fenced', 'another fence');
    const fenced = () => store.append('note-1', 2, notes(1), { commitId: 'f1' });
    await rejects('commit-fenced', fenced, 'an append with a fenced id');
  }),

  movableLogCase('goes on telling what it has', async ({ store }) => {
    await used(store);
    const before = await everythingOf(store);
    await store.seal();
    equal(await everythingOf(store), before, 'what it tells');
    await store.waitForCommit(1, new AbortController().signal);
    const waiting = new AbortController();
    const waited = store.waitForCommit(2, waiting.signal).then(() => waiting.signal.aborted);
    await store.head();
    waiting.abort();
    ok(await waited, 'somebody was woken, although nothing has come');
  }),

  movableLogCase('is sealed once, and takes the place where it has gone later', async ({ store }) => {
    await used(store);
    equal(await store.findSeal(), undefined, 'the seal before');
    const first = await store.seal();
    equal([first.position, first.movedTo], [2, undefined], 'the seal');
    equal(
      await store.seal({ movedTo: 'the new place' }),
      { ...first, movedTo: 'the new place' },
      'a second seal',
    );
    equal((await store.seal({ movedTo: 'elsewhere' })).movedTo, 'the new place', 'a third seal');
    equal((await store.seal()).movedTo, 'the new place', 'a fourth seal');
    equal(await store.findSeal(), { ...first, movedTo: 'the new place' }, 'what is found');
  }),

  movableLogCase('is handed over once, to one of those that want it', async ({ store }) => {
    await used(store);
    const seal = await store.seal({ movedTo: 'the new place' });
    equal(seal.handedTo, undefined, 'whom it was handed to before');
    const answers = await Promise.all(['one', 'other'].map((handedTo) => store.seal({ handedTo })));
    const { handedTo } = answers[0]!;
    ok(handedTo === 'one' || handedTo === 'other', 'it was handed over to nobody');
    const handedOver = { ...seal, handedTo };
    equal(answers, [handedOver, handedOver], 'what the two are told');
    equal(await store.seal({ handedTo: 'a third' }), handedOver, 'what a third one is told');
    equal(await store.findSeal(), handedOver, 'what is found');
  }),

  movableLogCase('can be sealed while it is empty', async ({ store }) => {
    equal((await store.seal()).position, 0, 'the position');
    await refusesAll(store, undefined);
    equal([await store.head(), await storedOf(store), await fencesOf(store)], [0, [], []], 'what is there');
  }),

  movableLogCase(
    'stays sealed when it is closed and opened again',
    async ({ store, reopen }) => {
      await used(store);
      const seal = await store.seal({ movedTo: 'the new place', handedTo: 'the copy' });
      const reopened = await reopen();
      equal(await reopened.findSeal(), seal, 'the seal');
      await refusesAll(reopened, 'the new place');
    },
    'reopen',
  ),

  ...[4, 5, 7, 10, 11].map((round) =>
    movableLogCase(
      `acknowledges nothing that a copy of the sealed log lacks, when it is sealed after ${round} of ${WRITES} writes`,
      async ({ store, second }) => {
        const stores = [store, await second(), await second()];
        await raceOf(stores, stores[round % 3]!, round);
      },
      'second',
    ),
  ),

  movableLogCase('is read as it is stored', async ({ store }) => {
    const events = [
      { ...noted(1), metadata: { actor: 'somebody' } },
      { ...noted(2), schemaVersion: 3 },
    ];
    const at = new Date('2026-01-02T03:04:05.678Z');
    const first = committed(await store.append('note-1', 0, events, { commitId: 'c1', at }));
    const more = range(2, 1_100).map((n) => store.append(`note-${n}`, 0, [noted(n)], { at }));
    const rest = (await Promise.all(more)).map(committed).sort((a, b) => a.position - b.position);
    const stored = await storedOf(store);
    equal(stored[0], { ...first, text: encodeEvents(events) }, 'the first commit');
    equal(
      stored.map(({ text: _, ...header }) => header),
      [first, ...rest],
      'the numbers',
    );
    const tail = await storedAfter(store, 1_098);
    equal(
      tail.map(({ position }) => position),
      [1_099, 1_100],
      'the positions after one',
    );
  }),

  movableLogCase('is read with its fences, each once', async ({ store }) => {
    await used(store);
    await store.fence('c1');
    await Promise.all(range(2, 30).map((n) => store.fence(`f${n}`)));
    const ids = range(1, 30).map((n) => `f${n}`);
    const fences = await fencesOf(store);
    equal(
      fences.map(({ commitId }) => commitId),
      [...ids].sort(),
      'the fences',
    );
    ok(
      fences.every(({ at }) => Math.abs(at.getTime() - Date.now()) < 3_600_000),
      'a fence has no time of its own',
    );
    const found = await store.findFences(['f7', 'c1', 'nothing', 'f8']);
    equal(found.map(({ commitId }) => commitId).sort(), ['f7', 'f8'], 'those that were asked for');
  }),
];

async function storedAfter(store: MovableStore, after: number): Promise<StoredCommit[]> {
  return (await collect(store.readStored(after))).flat();
}

async function everythingOf(store: MovableStore): Promise<unknown[]> {
  const [log, stream] = [[] as unknown[], [] as unknown[]];
  for await (const batch of store.readAll(0)) log.push(...batch.commits);
  for await (const batch of store.readAll(0, { types: ['nothing'] })) log.push(batch);
  for await (const batch of store.readAll(0, { categories: ['nothing'] })) log.push(batch);
  for await (const event of store.readStream('note-1')) stream.push(event);
  const outcomes = await Promise.all(['c1', 'f1', 'nothing'].map((id) => store.findCommit(id)));
  const at = await Promise.all([1, 2, 3].map((position) => store.commitAt(position)));
  return [await store.head(), log, stream, outcomes, at, await store.listStreams()];
}
