import { MongoNetworkError } from 'mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { FaultyStore, type Fault } from './faulty-store.js';
import { MongoBench } from './mongo-harness.js';

const noted = [{ type: 'note.taken', data: { n: 1 } }];
const answer =
  (reply: object): Fault =>
  () =>
    Promise.resolve(reply);

describe.each(await mongoServers())('MongoEventStore on $name', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());

  test('believes no yes that a majority has not confirmed, and looks', async () => {
    const { store, dispose } = await bench.open();
    const unconfirmed = { code: 64, errmsg: 'waiting for replication timed out' };
    store.faults.push(async ({ send }) => ({ ...(await send()), writeConcernError: unconfirmed }));
    const appended = await store.append('note-1', 'no-stream', noted, { commitId: 'c1' });
    expect(appended).toMatchObject({ ok: true, commit: { position: 1 } });
    store.faults.push(answer({ ok: 1, n: 1, writeConcernError: unconfirmed }));
    expect(await store.append('note-1', 1, noted)).toMatchObject({ ok: true, commit: { position: 2 } });
    expect(store.inserts).toEqual([[1], [2], [2]]);
    await dispose();
  });

  test('sends an append again while its server has no primary', async () => {
    const { store, dispose } = await bench.open();
    const stepDown = Object.assign(new Error('not primary'), { name: 'MongoServerError', code: 10_107 });
    store.faults.push(() => Promise.reject(stepDown));
    store.faults.push(() => Promise.reject(stepDown));
    expect(await store.append('note-1', 'no-stream', noted)).toMatchObject({
      ok: true,
      commit: { position: 1 },
    });
    await dispose();
  });

  test('says "unknown" after its patience, of what was sent, and "not written" of what the server refused', async () => {
    const options = { ...bench.newLog(), appendTimeout: 500 };
    const store = await FaultyStore.connect(options);
    const cut: Fault = () => Promise.reject(new MongoNetworkError('read ECONNRESET'));
    store.faults.push(...Array.from({ length: 1_000 }, () => cut));
    await expect(store.append('note-1', 'any', noted)).rejects.toMatchObject({
      code: 'store-unavailable',
      written: 'unknown',
      message: expect.stringMatching(/lost the connection.*retry with the same commit id/) as string,
    });
    store.faults.length = 0;
    const unauthorized = Object.assign(new Error('no'), { name: 'MongoServerError', code: 13 });
    store.faults.push(() => Promise.reject(unauthorized));
    await expect(store.append('note-1', 'any', noted)).rejects.toMatchObject({
      written: 'not-written',
      message: expect.stringContaining('role "readWrite"') as string,
    });
    await store.close();
  });

  test('fences an id although the answers to two tries are lost', async () => {
    const { store, dispose } = await bench.open();
    store.faults.push(() => Promise.reject(new MongoNetworkError('write ECONNRESET')));
    store.faults.push(async ({ send }) => {
      await send();
      throw new MongoNetworkError('read ECONNRESET');
    });
    expect(await store.fence('c1')).toEqual({ outcome: 'fenced' });
    await expect(store.append('note-1', 'any', noted, { commitId: 'c1' })).rejects.toMatchObject({
      code: 'commit-fenced',
    });
    await dispose();
  });

  test('refuses a commit over 16 MB with its size, before anything is sent', async () => {
    const { store, dispose } = await bench.open();
    const data = 'x'.repeat(17 * 1024 * 1024);
    await expect(store.append('note-1', 'any', [{ type: 'note.taken', data }])).rejects.toMatchObject({
      code: 'invalid-argument',
      message: expect.stringMatching(/has 178\d{5} bytes.*16777216.*fewer events per commit/s) as string,
    });
    expect(store.inserts).toEqual([]);
    await dispose();
  });

  test('sends no more than a hundred commits with a command, and no more than 8 MB', async () => {
    const { store, dispose } = await bench.open();
    await Promise.all(Array.from({ length: 250 }, (_, n) => store.append(`note-${n}`, 'no-stream', noted)));
    expect(store.inserts.map(({ length }) => length)).toEqual([100, 100, 50]);
    const large = [{ type: 'note.taken', data: 'x'.repeat(3 * 1024 * 1024) }];
    await Promise.all([1, 2, 3, 4].map((n) => store.append(`large-${n}`, 'no-stream', large)));
    expect(store.inserts.slice(3).map(({ length }) => length)).toEqual([2, 2]);
    await dispose();
  });

  test('writes callers that append again from their answers in full groups', async () => {
    const { store, dispose } = await bench.open();
    const callers = Array.from({ length: 64 }, async (_, n) => {
      for (let version = 0; version < 3; version++) await store.append(`note-${n}`, version, noted);
    });
    await Promise.all(callers);
    expect(store.inserts.map(({ length }) => length)).toEqual([64, 64, 64]);
    await dispose();
  });

  test('asks for nothing before an append to a stream that it has just read or written', async () => {
    const { store, options, dispose } = await bench.open();
    await store.append('note-1', 'no-stream', noted);
    const other = await FaultyStore.connect({ ...options, numberingLease: 'never' });
    await other.append('note-2', 'no-stream', noted);
    const read = other.readStream('note-1')[Symbol.asyncIterator]();
    expect(await read.next()).toMatchObject({ done: false, value: { version: 1 } });
    expect(await other.append('note-1', 1, noted)).toMatchObject({
      ok: true,
      commit: { position: 3, firstVersion: 2 },
    });
    expect(other.inserts).toEqual([[2], [3]]);
    await other.close();
    await dispose();
  });
});
