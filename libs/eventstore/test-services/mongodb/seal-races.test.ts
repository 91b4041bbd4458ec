import type { AppendResult, StoredCommit } from '@varve/eventstore';
import type { Document } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { MongoEventStore } from '../../src/mongodb/index.js';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

const noted = [{ type: 'note.taken', data: {} }];
const sealed = { code: 'log-sealed', movedTo: 'the new place' };

async function storedOf(log: MongoEventStore): Promise<StoredCommit[]> {
  const stored: StoredCommit[] = [];
  for await (const batch of log.readStored(0)) stored.push(...batch);
  return stored;
}

async function fencesOf(log: MongoEventStore): Promise<string[]> {
  const fences: string[] = [];
  for await (const batch of log.readFences()) fences.push(...batch.map(({ commitId }) => commitId));
  return fences;
}

describe.each(await mongoServers())('A log is sealed on $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  test('while an append is on its way, which is refused and is nowhere', async () => {
    const { store, second, dispose } = await bench.open();
    await store.append('note-1', 0, noted);
    const sealer = await second();
    store.faults.push(async ({ send }) => {
      await sealer.seal({ movedTo: 'the new place' });
      return send();
    });
    const late = store.append('note-1', 1, noted, { commitId: 'late' });
    await expect(late).rejects.toMatchObject(sealed);
    expect(await store.findCommit('late')).toEqual({ outcome: 'absent' });
    expect([await store.head(), (await storedOf(sealer)).length]).toEqual([1, 1]);
    await dispose();
  });

  test('while an append is written whose answer is lost, and which is acknowledged all the same', async () => {
    const { store, second, dispose } = await bench.open();
    const sealer = await second();
    store.faults.push(async ({ send }) => {
      await send();
      await sealer.seal();
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
    });
    expect(await store.append('note-1', 0, noted)).toMatchObject({ ok: true, commit: { position: 1 } });
    expect((await storedOf(sealer)).length).toBe(1);
    await dispose();
  });

  test('after an append was lost on its way, which is refused and not called unknown', async () => {
    const { store, second, dispose } = await bench.open();
    const sealer = await second();
    store.faults.push(async () => {
      await sealer.seal({ movedTo: 'the new place' });
      throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' });
    });
    await expect(store.append('note-1', 0, noted)).rejects.toMatchObject(sealed);
    expect(await storedOf(sealer)).toEqual([]);
    await dispose();
  });

  test('while a fence is on its way, of which nobody is told as one', async () => {
    const { store, second, dispose } = await bench.open();
    await store.fence('early');
    const sealer = await second();
    let copied: string[] = [];
    store.faults.push(async ({ send }) => {
      await sealer.seal({ movedTo: 'the new place' });
      copied = await fencesOf(sealer);
      return send();
    });
    await expect(store.fence('late')).rejects.toMatchObject(sealed);
    expect(copied).toEqual(['early']);
    for (const one of [store, sealer, await second()]) {
      await expect(one.fence('late')).rejects.toMatchObject(sealed);
      await expect(one.findCommit('late')).rejects.toMatchObject(sealed);
      await expect(one.append('note-1', 0, noted, { commitId: 'late' })).rejects.toMatchObject(sealed);
      expect(await one.seal()).toMatchObject({ position: 0, movedTo: 'the new place' });
      expect([await fencesOf(one), await one.findFences(['early', 'late'])]).toMatchObject([
        ['early'],
        [{ commitId: 'early' }],
      ]);
      expect(await one.fence('early')).toEqual({ outcome: 'fenced' });
    }
    await dispose();
  });

  test('while a group is on its way, of which what stands before the seal is kept', async () => {
    const { store, second, options, dispose } = await bench.open();
    const sealer = await second();
    const commits = bench.client
      .db(bench.database)
      .collection<Document & { _id: number }>(`${options.collectionPrefix}commits`);
    store.faults.push(async ({ documents, send }) => {
      await commits.insertMany(documents.slice(0, 3) as (Document & { _id: number })[]);
      await sealer.seal({ movedTo: 'the new place' });
      return send();
    });
    const answers = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((id) => store.append(`note-${id}`, 0, noted, { commitId: id })),
    );
    const outcomes = answers.map((one) =>
      one.status === 'fulfilled' ? (one.value as { ok: boolean }).ok : (one.reason as { code: string }).code,
    );
    expect(outcomes).toEqual([true, true, true, 'log-sealed', 'log-sealed']);
    expect((await storedOf(sealer)).map(({ commitId }) => commitId)).toEqual(['a', 'b', 'c']);
    await dispose();
  });

  test.each(['auto', 'never'] as const)(
    'while two writers append without a pause, with the turns %s',
    async (numberingLease) => {
      const options = { ...bench.newLog(), numberingLease };
      const writers = [await MongoEventStore.connect(options), await MongoEventStore.connect(options)];
      const acknowledged: number[] = [];
      const keepWriting = async (writer: MongoEventStore, stream: string): Promise<void> => {
        for (;;) {
          const result: AppendResult = await writer.append(stream, 'any', noted);
          if (result.ok) acknowledged.push(result.commit.position);
        }
      };
      const writing = writers.flatMap((writer, w) =>
        Array.from({ length: 8 }, (_, i) => keepWriting(writer, `note-${w}.${i}`)),
      );
      const ended = Promise.allSettled(writing);
      const sealer = await MongoEventStore.connect(options);
      await sealer.waitForCommit(50, AbortSignal.timeout(60_000));
      const { position } = await sealer.seal();
      const copied = (await storedOf(sealer)).map((one) => one.position);
      for (const one of await ended) expect(one).toMatchObject({ reason: { code: 'log-sealed' } });
      expect(copied.length).toBe(position);
      expect(acknowledged.sort((a, b) => a - b)).toEqual(copied);
      expect((await sealer.verify()).problems).toEqual([]);
      await Promise.all([...writers, sealer].map((one) => one.close()));
    },
  );

  test('and one that somebody has written behind the seal is damaged', async () => {
    const { store, options, dispose } = await bench.open();
    await store.append('note-1', 0, noted);
    await store.seal();
    const commits = bench.client
      .db(bench.database)
      .collection<Document & { _id: number }>(`${options.collectionPrefix}commits`);
    const first = await commits.findOne({ _id: 1 });
    await commits.insertOne({
      ...first,
      _id: 3,
      firstVersion: 2,
      lastVersion: 2,
      commitId: 'x',
      listed: undefined,
    });
    const { problems } = await store.verify();
    expect(problems.map(({ kind, position, message }) => [kind, position, message])).toContainEqual([
      'damaged',
      2,
      'The log goes on after its seal.',
    ]);
    await dispose();
  });
});
