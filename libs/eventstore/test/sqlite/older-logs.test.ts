import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { migrate } from '../../src/sqlite/connection/migrate.js';
import { MIGRATIONS } from '../../src/sqlite/connection/schema.js';

const events = JSON.stringify([{ type: 'note.taken', data: { n: 1 } }]);

/** A log as an earlier release has left it: two commits, and a fence. */
function logOfVersion(version: number): string {
  const file = join(temporaryFolder(), 'log.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  migrate(database, file, MIGRATIONS.slice(0, version));
  database.exec(`
    INSERT INTO streams (id, name, category) VALUES (1, 'note-1', 'note');
    INSERT INTO commits VALUES (1, 1, 1, 1, 'c1', 1000, '${events}'), (2, 1, 2, 1, NULL, 2000, '${events}');
    INSERT INTO fences VALUES ('f1', 3000)`);
  database.close();
  return file;
}

function versionOf(file: string): unknown {
  const database = new Database(file, { readonly: true });
  const version = database.pragma('user_version', { simple: true });
  database.close();
  return version;
}

async function countOf(store: SqliteEventStore): Promise<number> {
  let count = 0;
  for await (const { commits } of store.readAll(0)) count += commits.length;
  return count;
}

for (const version of MIGRATIONS.slice(1).map((_, i) => i + 1)) {
  describe(`A log with tables of version ${version}`, () => {
    test('is read by a read-only store as it is', async () => {
      const file = logOfVersion(version);
      const reader = await SqliteEventStore.open({ file, readOnly: true });
      expect([await reader.head(), await countOf(reader), await reader.findSeal()]).toEqual([
        2,
        2,
        undefined,
      ]);
      expect(await reader.findCommit('c1')).toMatchObject({ outcome: 'committed', commit: { position: 1 } });
      expect(await reader.findCommit('f1')).toEqual({ outcome: 'fenced' });
      expect(await reader.verify()).toMatchObject({ commits: 2, streams: 1, problems: [] });
      expect(await reader.listConsumers()).toEqual([]);
      await reader.close();
      expect(versionOf(file)).toBe(version);
    });

    test('is followed by a read-only store while a writer brings it to this version, and seals it', async () => {
      const file = logOfVersion(version);
      const reader = await SqliteEventStore.open({ file, readOnly: true });
      expect(await reader.head()).toBe(2);
      const writer = await SqliteEventStore.open({ file });
      expect(versionOf(file)).toBe(MIGRATIONS.length);
      await writer.append('note-1', 2, [{ type: 'note.taken', data: { n: 3 } }]);
      expect([await reader.head(), await countOf(reader)]).toEqual([3, 3]);
      const seal = await writer.seal({ movedTo: 'the new place', handedTo: 'the copy' });
      expect(await reader.findSeal()).toEqual(seal);
      await Promise.all([writer.close(), reader.close()]);
    });
  });
}
