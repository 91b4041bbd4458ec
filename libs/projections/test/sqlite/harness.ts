import { defineProjection } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import type { OpenedReadModels, ReadModelsHarness } from '@varve/projections/testing';
import { rmSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Pairs = Readonly<Record<string, string>>;

/** What a deliberately broken twin does differently. */
export interface Twin {
  open?(readModels: SqliteReadModels): SqliteReadModels;
  readLive?(readModels: SqliteReadModels, name: string): Promise<Pairs>;
}

/** Enrols SQLite read models, or a broken twin of them, in the contract. */
export function sqliteHarness(
  where: 'a file' | ':memory:',
  twin: Twin = {},
): ReadModelsHarness<SqliteTransaction> {
  return {
    ...(where === ':memory:' && { lacks: { second: 'no other connection can see a database in memory' } }),
    async open(): Promise<OpenedReadModels<SqliteTransaction>> {
      const folder = mkdtempSync(join(tmpdir(), 'varve-test-'));
      const file = where === ':memory:' ? where : join(folder, 'read-models.db');
      const opened: SqliteReadModels[] = [];
      const open = async () => {
        const readModels = await SqliteReadModels.open({ file });
        opened.push(readModels);
        return twin.open?.(readModels) ?? readModels;
      };
      const readModels = await open();
      return {
        readModels,
        projection: pairs,
        write: (tx, key, value) => void tx.run('INSERT OR REPLACE INTO {pairs} VALUES (?, ?)', key, value),
        readLive: (name) => (twin.readLive ?? readLive)(readModels, name),
        ...(where === 'a file' && { second: open }),
        dispose: async () => {
          await Promise.all(opened.map((each) => each.close()));
          rmSync(folder, { recursive: true, force: true });
        },
      };
    },
  };
}

function pairs(name: string, version: number) {
  return defineProjection<SqliteTransaction>({
    name,
    version,
    order: 'stream',
    setup: (tx) => tx.exec('CREATE TABLE {pairs} (key TEXT PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID'),
    on: { nothing: () => undefined },
  });
}

function readLive(readModels: SqliteReadModels, name: string): Promise<Pairs> {
  return readModels.query(name, (q) => pairsOf(q.all('SELECT key, value FROM {pairs}')));
}

export function pairsOf(rows: readonly Record<string, unknown>[]): Pairs {
  return Object.fromEntries(rows.map(({ key, value }) => [key, value])) as Pairs;
}
