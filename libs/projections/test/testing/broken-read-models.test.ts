import Database from 'better-sqlite3';
import type { ReadModelsHarness } from '@varve/projections/testing';
import { readModelsContract } from '@varve/projections/testing';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { describe, expect, it } from 'vitest';
import { pairsOf, sqliteHarness, type Twin } from '../sqlite/harness.js';

/** The read models with some methods replaced. */
function broken(
  change: (inner: SqliteReadModels) => Partial<SqliteReadModels>,
): (readModels: SqliteReadModels) => SqliteReadModels {
  return (inner) => Object.assign(Object.create(inner) as SqliteReadModels, change(inner));
}

function onTheSide<T>(readModels: SqliteReadModels, work: (database: Database.Database) => T): T {
  const database = new Database(readModels.location);
  try {
    return work(database);
  } finally {
    database.close();
  }
}

const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Name of the twin → what it does, and the rule that must notice. */
const twins: Readonly<Record<string, { twin: Twin; fails: string; says: RegExp }>> = {
  'saves the checkpoint outside the transaction': {
    twin: {
      open: broken((inner) => {
        const later: (() => Promise<unknown>)[] = [];
        return {
          save: (_tx, processor, from, to) => {
            later.push(() => inner.transaction(processor, (tx) => inner.save(tx, processor, from, to)));
            return true;
          },
          transaction: async (processor, work) => {
            const result = await inner.transaction(processor, work);
            for (const save of later.splice(0)) await save();
            return result;
          },
        };
      }),
    },
    fails: "keeps a version's rows and its checkpoint together, or neither",
    says: /second step from one checkpoint was refused/,
  },
  'switches in two transactions': {
    twin: {
      open: broken((inner) => ({
        switchVersion: async (version, options) => {
          const retire = `UPDATE varve_versions SET state = 'retired' WHERE name = ? AND state = 'live'`;
          onTheSide(inner, (database) => database.prepare(retire).run(version.name));
          await aTurn();
          return inner.switchVersion(version, options);
        },
      })),
    },
    fails: 'shows readers the old rows or the new at every moment of a switch',
    says: /is not in the read models/,
  },
  'resolves the live version outside of the transaction that reads': {
    twin: {
      readLive: async (readModels, name) => {
        const live = (await readModels.listVersions(name)).find((version) => version.live);
        await aTurn();
        const { version = 0, generation = 0 } = live ?? {};
        const table = `${name}__v${version}${generation === 1 ? '' : `_${generation}`}__pairs`;
        return onTheSide(readModels, (database) => {
          return pairsOf(database.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]);
        });
      },
    },
    fails: 'shows readers the old rows or the new at every moment of a switch',
    says: /no such table/,
  },
  'leaves the old version its token': {
    twin: {
      open: broken((inner) => ({
        switchVersion: async (version, options) => {
          const select = 'SELECT processor, token FROM varve_processors';
          const before = onTheSide(inner, (database) => database.prepare(select).all());
          const result = await inner.switchVersion(version, options);
          onTheSide(inner, (database) => {
            const restore = database.prepare(
              'UPDATE varve_processors SET token = :token WHERE processor = :processor',
            );
            for (const row of before) restore.run(row);
          });
          return result;
        },
      })),
    },
    fails: 'makes whoever works on the old version stop at the switch',
    says: /a save under the old token/,
  },
  'switches to whatever it is told to': {
    twin: {
      open: broken((inner) => ({
        switchVersion: (version) => inner.switchVersion(version, { despite: ['behind', 'parked'] }),
      })),
    },
    fails: 'refuses to switch to rows that are older than the live ones',
    says: /the switch: expected/,
  },
  'forgets which generations it has dropped': {
    twin: {
      open: broken((inner) => ({
        dropVersion: async (version) => {
          await inner.dropVersion(version);
          onTheSide(inner, (database) => database.exec(`DELETE FROM varve_versions WHERE state = 'dropped'`));
        },
      })),
    },
    fails: 'never gives a dropped generation out again',
    says: /the generations: expected/,
  },
  'keeps the applied versions of what it has dropped': {
    twin: {
      open: broken((inner) => ({
        dropVersion: async (version) => {
          const table = 'CREATE TABLE kept AS SELECT * FROM varve_tracked';
          onTheSide(inner, (database) => database.exec(table));
          await inner.dropVersion(version);
          const restore = 'INSERT OR IGNORE INTO varve_tracked SELECT * FROM kept; DROP TABLE kept';
          onTheSide(inner, (database) => database.exec(restore));
        },
      })),
    },
    fails: 'drops the applied versions of a version with it',
    says: /how far its versions reach/,
  },
  'reads each version of a snapshot when it is asked for': {
    twin: {
      open: broken((inner) => ({
        openSnapshot: async () => ({
          loadCheckpoint: (processor) => inner.load(processor),
          readRows: async function* (version) {
            const snapshot = await inner.openSnapshot();
            yield* snapshot.readRows(version);
            await snapshot.close();
          },
          close: async () => undefined,
        }),
      })),
    },
    fails: 'shows one moment of several versions in a snapshot, while others write',
    says: /the positions: expected/,
  },
};

describe.each(Object.entries(twins))('a twin that %s', (_name, { twin, fails, says }) => {
  it(`fails the rule "${fails}"`, async () => {
    const rule = readModelsContract.find(({ name }) => name === fails);
    await expect(rule?.run(sqliteHarness('a file', twin) as ReadModelsHarness)).rejects.toThrow(says);
  });
});
