import { publicationFileOf, SqlitePublicationStore } from '@varve/bus/sqlite';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import Database from 'better-sqlite3';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pretendNodeApi } from '../../../../test/support/older-node.js';
import { openedTogether } from '../../../../test/support/opened-together.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

describe('A publication store in a file', () => {
  it('stands beside its log by default', () => {
    expect(publicationFileOf('data/orders.db')).toBe('data/orders.db-publication');
  });

  it('refuses a log, and leaves it as it was', async () => {
    const file = join(temporaryFolder(), 'log.db');
    const log = await SqliteEventStore.open({ file });
    await log.append('order-1', 0, [{ type: 'placed', data: {} }]);
    await expect(SqlitePublicationStore.open({ file })).rejects.toMatchObject({ code: 'store-incompatible' });
    await log.append('order-1', 1, [{ type: 'paid', data: {} }]);
    await log.close();
  });

  it('refuses what is no database, a missing folder, and a missing file that it must not make', async () => {
    const folder = temporaryFolder();
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'nothing that SQLite would know '.repeat(100));
    await expect(SqlitePublicationStore.open({ file: text })).rejects.toMatchObject({
      code: 'store-incompatible',
    });
    const nowhere = join(folder, 'nowhere', 'publication');
    await expect(SqlitePublicationStore.open({ file: nowhere })).rejects.toThrow('does not exist');
    const missing = join(folder, 'missing');
    await expect(SqlitePublicationStore.open({ file: missing, create: false })).rejects.toThrow(
      'no publication store',
    );
    await expect(SqlitePublicationStore.open({ file: '' })).rejects.toMatchObject({ option: 'file' });
  });

  it('is made by two together, whatever one has done between two steps of the other', async () => {
    expect(await openedTogether((file) => SqlitePublicationStore.open({ file }))).toBeGreaterThan(3);
  });

  it('refuses a Node that the driver would crash', async () => {
    pretendNodeApi('9');
    await expect(SqlitePublicationStore.open({ file: ':memory:' })).rejects.toMatchObject({
      code: 'store-incompatible',
      message: expect.stringContaining('22.14') as string,
    });
  });

  it.each([
    ['deleted', (file: string) => rmSync(file)],
    [
      'replaced',
      (file: string) => {
        renameSync(file, `${file}-old`);
        writeFileSync(file, '');
      },
    ],
  ] as const)('that is %s while it is open is used no more', async (what, happen) => {
    const file = join(temporaryFolder(), 'publication');
    const store = await SqlitePublicationStore.open({ file });
    await store.ensureRow('relay', 'log-a');
    happen(file);
    await expect(store.readLease('relay')).rejects.toThrow('deleted or replaced');
    expect(what).not.toBe('');
    await store.close();
  });

  it('is opened while another process makes it, and says so when that takes too long', async () => {
    const file = join(temporaryFolder(), 'publication');
    const other = new Database(file);
    other.exec('BEGIN EXCLUSIVE');
    await expect(SqlitePublicationStore.open({ file, busyTimeout: 30 })).rejects.toMatchObject({
      code: 'store-unavailable',
      written: 'not-written',
    });
    const opening = SqlitePublicationStore.open({ file });
    other.exec('COMMIT');
    other.close();
    const store = await opening;
    await store.ensureRow('relay', 'log-a');
    await store.close();
  });

  it('waits for another process that writes, and says so when that takes too long', async () => {
    const file = join(temporaryFolder(), 'publication');
    const store = await SqlitePublicationStore.open({ file, busyTimeout: 30 });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.ensureRow('relay', 'log-a')).rejects.toMatchObject({ code: 'store-unavailable' });
    const waiting = store.recordConfirmed({ relay: 'relay', logId: 'log-a' }, [
      { position: 1, commitId: 'a' },
    ]);
    other.exec('COMMIT');
    await waiting;
    expect(await store.confirmedBetween({ relay: 'relay', logId: 'log-a' }, 0, 1)).toHaveLength(1);
    other.close();
    await store.close();
    await expect(store.load('relay')).rejects.toMatchObject({ code: 'store-closed' });
  });
});
