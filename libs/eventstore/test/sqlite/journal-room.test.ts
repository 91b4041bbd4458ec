import { copyFileSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { CHECKPOINT_PAGES, JournalRoom } from '../../src/sqlite/connection/journal-room.js';
import { LogFiles } from '../../src/sqlite/connection/log-files.js';

const event = (n: number) => [{ type: 'n.counted', data: { n, note: 'x'.repeat(300) } }];
const FRAME = 24 + 4096;
let file: string;

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db');
});

/** How many bytes of "-wal" are behind its last frame. */
function roomOf(journal: string): number {
  const bytes = readFileSync(journal);
  let end = 32;
  while (end + FRAME <= bytes.length && bytes.readUInt32BE(end) !== 0) end += FRAME;
  expect(bytes.subarray(end).every((byte) => byte === 0)).toBe(true);
  return bytes.length - end;
}

describe('room in "-wal" ahead of small commits', () => {
  test('is there after some of them, and a log that was left by a crash opens with all of its commits', async () => {
    const store = await SqliteEventStore.open({ file });
    let most = 0;
    for (let n = 0; n < 400; n++) {
      await store.append(`n-${n % 50}`, 'any', event(n));
      if (n % 20 === 0) most = Math.max(most, roomOf(`${file}-wal`));
    }
    expect(most).toBeGreaterThan(100_000);
    const crashed = join(temporaryFolder(), 'log.db');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix);
    const after = await SqliteEventStore.open({ file: crashed });
    expect(await after.head()).toBe(400);
    expect((await after.verify()).problems).toEqual([]);
    await Promise.all([store.close(), after.close()]);
  });

  test('costs no commit of another connection that appends in between', async () => {
    const stores = [await SqliteEventStore.open({ file }), await SqliteEventStore.open({ file })];
    for (let n = 0; n < 200; n++) {
      await Promise.all(stores.map((store, i) => store.append(`n-${i}`, n, event(n))));
    }
    const [one, two] = stores;
    expect(await one!.head()).toBe(400);
    expect((await two!.verify()).problems).toEqual([]);
    await Promise.all([one!.close(), two!.close()]);
    const after = await SqliteEventStore.open({ file });
    expect(await after.verify()).toMatchObject({ commits: 400, problems: [] });
    await after.close();
  });

  test('is not made where no commit waits for the disk', async () => {
    const store = await SqliteEventStore.open({ file, durability: 'process-crash' });
    for (let n = 0; n < 200; n++) await store.append('n-1', n, event(n));
    expect(roomOf(`${file}-wal`)).toBe(0);
    await store.close();
  });
});

describe('a look at the room in "-wal"', () => {
  let room: JournalRoom;

  beforeEach(async () => {
    const store = await SqliteEventStore.open({ file });
    await store.append('n-1', 0, event(1));
    for (const suffix of ['', '-wal', '-shm']) copyFileSync(file + suffix, `${file}.copy${suffix}`);
    await store.close();
    const files = new LogFiles(`${file}.copy`);
    files.remember();
    room = new JournalRoom(files);
  });

  const journal = (): string => `${file}.copy-wal`;
  const size = (): number => statSync(journal()).size;
  const keepOften = (bytes: number): void => {
    for (let n = 0; n < 100; n++) room.keep(bytes);
  };

  test('makes more when what is there was written to', () => {
    const before = size();
    keepOften(300);
    expect(size()).toBe(before + 512 * 1024);
  });

  test('makes none while most of it is still there', () => {
    keepOften(300);
    const before = size();
    keepOften(300);
    expect(size()).toBe(before);
  });

  test('makes none in another file than the one that was opened', () => {
    copyFileSync(journal(), `${file}.other`);
    renameSync(`${file}.other`, journal());
    const before = size();
    keepOften(300);
    expect(size()).toBe(before);
  });

  test('makes none when the file is as long as it gets before SQLite starts it over', () => {
    truncateSync(journal(), 32 + CHECKPOINT_PAGES * FRAME);
    const before = size();
    keepOften(300);
    expect(size()).toBe(before);
  });

  test('makes none in a file that nothing was written to yet', () => {
    truncateSync(journal(), 0);
    keepOften(300);
    expect(size()).toBe(0);
    writeFileSync(journal(), Buffer.alloc(1_000_000));
    keepOften(300);
    expect(size()).toBe(1_000_000);
  });

  test('makes none for large commits', () => {
    const before = size();
    keepOften(100_000);
    expect(size()).toBe(before);
  });
});
