import {
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const counted = (n: number) => [{ type: 'n.counted', data: { n } }];
const never = new AbortController().signal;
let file: string;

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db');
});

/** A log with three commits and a backup of it after the second. */
async function withBackup(): Promise<{ store: SqliteEventStore; older: string }> {
  const store = await SqliteEventStore.open({ file });
  await store.append('n-1', 'any', counted(1));
  await store.append('n-1', 'any', counted(2));
  const older = `${file}.backup`;
  await store.backup(older);
  await store.append('n-1', 'any', counted(3));
  return { store, older };
}

const diverged = { code: 'log-diverged', retryable: false };

describe('a log whose file changes under the open store', () => {
  test('is not written any more when the file was replaced', async () => {
    const { store, older } = await withBackup();
    renameSync(older, file);
    await nextTurn();
    await expect(store.append('n-1', 'any', counted(4))).rejects.toMatchObject(diverged);
    await expect(store.fence('late')).rejects.toMatchObject(diverged);
    await expect(store.head()).rejects.toMatchObject(diverged);
    await expect(store.commitAt(1)).rejects.toMatchObject(diverged);
    await store.close();
  });

  test('is not written any more when the file was deleted', async () => {
    const { store } = await withBackup();
    rmSync(file);
    await nextTurn();
    await expect(store.append('n-1', 'any', counted(4))).rejects.toMatchObject(diverged);
    await store.close();
  });

  test('ends a wait for a commit with the reason', async () => {
    const { store, older } = await withBackup();
    const waiting = store.waitForCommit(3, never);
    renameSync(older, file);
    await expect(waiting).rejects.toMatchObject(diverged);
    await store.close();
  });

  test('is not written any more when the file was cut off', async () => {
    const { store } = await withBackup();
    new Database(file).pragma('wal_checkpoint(TRUNCATE)');
    await store.append('n-1', 'any', counted(4));
    truncateSync(file, 4096);
    await nextTurn();
    await expect(store.append('n-1', 'any', counted(5))).rejects.toMatchObject(diverged);
    await store.close().catch(() => undefined);
  });

  test('goes on when the file has shrunk because somebody has vacuumed it', async () => {
    const store = await SqliteEventStore.open({ file });
    const state = 'x'.repeat(1_000_000);
    const mark = { stream: 'n-1', firstVersion: 1, at: 0 };
    await store.saveSnapshot('n-1', { version: 1, revision: 'r', mark, state });
    const tool = new Database(file);
    tool.pragma('wal_checkpoint(TRUNCATE)');
    await store.append('n-1', 'any', counted(1));
    await store.deleteSnapshots('n-1');
    const before = statSync(file).size;
    tool.exec('VACUUM');
    tool.pragma('wal_checkpoint(TRUNCATE)');
    tool.close();
    expect(statSync(file).size).toBeLessThan(before);
    expect(await store.append('n-1', 1, counted(2))).toMatchObject({ ok: true, commit: { position: 2 } });
    await store.close();
  });

  test('notices an older copy that was put in place, under the same file, by its newest commit', async () => {
    const { store, older } = await withBackup();
    const tool = new Database(file);
    // What a restore in place amounts to, once the connection reads again: the newest commit is another one.
    tool.exec(`DELETE FROM commits WHERE position = 3`);
    tool.close();
    await expect(store.append('n-1', 'any', counted(4))).rejects.toMatchObject(diverged);
    await expect(store.head()).rejects.toMatchObject(diverged);
    rmSync(older);
    await store.close();
  });

  test('notices that the log got a new id', async () => {
    const { store } = await withBackup();
    const other = await SqliteEventStore.open({ file });
    const logId = await other.restored();
    expect(logId).not.toBe(store.logId);
    expect(other.logId).toBe(logId);
    await other.append('n-1', 3, counted(4));
    await expect(store.append('n-1', 'any', counted(5))).rejects.toMatchObject(diverged);
    await Promise.all([store.close(), other.close()]);
  });
});

describe('a "-wal" file that is removed', () => {
  test('under an open store, is noticed before the next turn appends, and nothing acknowledged is lost', async () => {
    const { store } = await withBackup();
    rmSync(`${file}-wal`);
    const inTheSameTurn = await store.append('n-1', 'any', counted(4)).then(
      () => 1,
      () => 0,
    );
    await nextTurn();
    await expect(store.append('n-1', 'any', counted(5))).rejects.toMatchObject(diverged);
    // A copy of the file alone, as a crash right now would leave it.
    const crashed = `${file}.crashed`;
    copyFileSync(file, crashed);
    const after = await SqliteEventStore.open({ file: crashed });
    expect(await after.head()).toBe(3 + inTheSameTurn);
    await Promise.all([store.close(), after.close()]);
  });

  test('with "-shm", under an open store, loses nothing acknowledged either', async () => {
    const { store } = await withBackup();
    rmSync(`${file}-wal`);
    rmSync(`${file}-shm`);
    await nextTurn();
    await expect(store.append('n-1', 'any', counted(4))).rejects.toMatchObject(diverged);
    await store.close();
    const after = await SqliteEventStore.open({ file });
    expect(await after.head()).toBe(3);
    expect((await after.verify()).problems).toEqual([]);
    await after.close();
  });

  test('loses nothing when the store was closed before', async () => {
    const { store } = await withBackup();
    await store.close();
    rmSync(`${file}-wal`, { force: true });
    const after = await SqliteEventStore.open({ file, create: false });
    expect(await after.head()).toBe(3);
    await after.close();
  });
});

describe('a file that is damaged before it is opened', () => {
  test('is refused when it was cut to nothing and its "-wal" is still there', async () => {
    const { store } = await withBackup();
    const journal = readFileSync(`${file}-wal`);
    await store.close();
    writeFileSync(file, '');
    writeFileSync(`${file}-wal`, journal);
    await expect(SqliteEventStore.open({ file })).rejects.toMatchObject({ code: 'store-incompatible' });
    expect(readFileSync(`${file}-wal`).equals(journal)).toBe(true);
  });

  test('is refused when pages are missing at its end', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 0; n < 40; n++) await store.append('n-1', 'any', [{ type: 't', data: 'x'.repeat(2_000) }]);
    await store.close();
    truncateSync(file, statSync(file).size - 5 * 4096);
    const refusal = { code: 'store-incompatible', retryable: false };
    await expect(SqliteEventStore.open({ file })).rejects.toMatchObject(refusal);
  });

  test('reports what cannot be read when a page was overwritten', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 0; n < 40; n++) await store.append('n-1', 'any', [{ type: 't', data: 'x'.repeat(2_000) }]);
    await store.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, bytes.length - 3 * 4096, bytes.length - 4096);
    writeFileSync(file, bytes);
    const damaged = await SqliteEventStore.open({ file, readOnly: true });
    const { problems } = await damaged.verify();
    expect(problems.length).toBeGreaterThan(0);
    await damaged.close();
  });
});
