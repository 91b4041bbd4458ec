import type { MongoReadModels } from '@varve/projections/mongodb';
import { readModelsContract } from '@varve/projections/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { ReadModelsBench, type Pair, type Place } from './bench.js';
import { mongoHarness, type Twin } from './harness.js';
import { describeTransactional } from './servers.js';

interface ProjectionDocument {
  readonly _id: string;
  readonly versions: { version: number; generation: number; state: string }[];
}

/** Name of the twin → what it does, and the rule that must notice. */
type Twins = Readonly<Record<string, { twin: Twin; fails: string; says: RegExp }>>;

/** The read models with some methods replaced. */
function broken(
  change: (inner: MongoReadModels, place: Place) => Partial<MongoReadModels>,
): (readModels: MongoReadModels, place: Place) => MongoReadModels {
  return (inner, place) =>
    new Proxy(inner, {
      get: (target, property) => {
        const changed = Reflect.get(change(target, place), property) as unknown;
        const member = changed ?? (Reflect.get(target, property, target) as unknown);
        return typeof member === 'function' && !changed ? member.bind(target) : member;
      },
    });
}

const aTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function twinsOn(bench: ReadModelsBench): Twins {
  const versionsIn = (place: Place) => bench.raw<ProjectionDocument>(place, 'varve_projections');
  return {
    'saves the checkpoint outside the transaction': {
      twin: {
        open: (inner) => {
          const later: (() => Promise<unknown>)[] = [];
          return broken(() => ({
            save: async (_tx, processor, from, to) => {
              later.push(() => inner.transaction(processor, (tx) => inner.save(tx, processor, from, to)));
              return true;
            },
            transaction: async (processor, work) => {
              const result = await inner.transaction(processor, work);
              for (const save of later.splice(0)) await save();
              return result;
            },
          }))(inner, bench.newPlace());
        },
      },
      fails: "keeps a version's rows and its checkpoint together, or neither",
      says: /second step from one checkpoint was refused/,
    },
    'forgets the session in a write': {
      twin: {
        write: async (place, tx, key, value) => {
          const rows = bench.raw<Pair>(place, tx.physicalName('pairs').slice(place.collectionPrefix.length));
          await rows.replaceOne({ _id: key }, { key, value }, { upsert: true });
        },
      },
      fails: "keeps a version's rows and its checkpoint together, or neither",
      says: /the rows/,
    },
    'switches in two writes': {
      twin: {
        open: broken((inner, place) => ({
          switchVersion: async (version, options) => {
            await versionsIn(place).updateOne(
              { _id: version.name },
              { $set: { 'versions.$[live].state': 'retired' } },
              { arrayFilters: [{ 'live.state': 'live' }] },
            );
            await aTurn();
            return inner.switchVersion(version, options);
          },
        })),
      },
      fails: 'shows readers the old rows or the new at every moment of a switch',
      says: /is not in the read models/,
    },
    'resolves the live version and reads its rows without looking back': {
      twin: {
        readLive: async (readModels, name, place) => {
          const live = (await readModels.listVersions(name)).find((version) => version.live);
          // Until it is dropped, where it is.
          const isDropped = async () =>
            (await readModels.listVersions(name)).every(({ processor }) => processor !== live?.processor);
          await until(isDropped, { timeout: 500 }).catch(() => undefined);
          const { version = 0, generation = 0 } = live ?? {};
          const build = generation === 1 ? `v${version}` : `v${version}_${generation}`;
          const rows = await bench.raw<Pair>(place, `${name}__${build}__pairs`).find().toArray();
          return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
        },
      },
      fails: 'shows readers the old rows or the new at every moment of a switch',
      says: /rows of generation undefined/,
    },
    'leaves the old version its token': {
      twin: {
        open: broken((inner, place) => ({
          switchVersion: async (version, options) => {
            const rows = bench.raw<{ _id: string; token: number }>(place, 'varve_processors');
            const before = await rows.find().toArray();
            const result = await inner.switchVersion(version, options);
            for (const { _id, token } of before) await rows.updateOne({ _id }, { $set: { token } });
            return result;
          },
        })),
      },
      fails: 'makes whoever works on the old version stop at the switch',
      says: /a save under the old token/,
    },
    'forgets which generations it has dropped': {
      twin: {
        open: broken((inner, place) => ({
          dropVersion: async (version) => {
            await inner.dropVersion(version);
            const dropped = { $pull: { versions: { state: 'dropped' } } };
            await versionsIn(place).updateOne({ _id: version.name }, dropped);
          },
        })),
      },
      fails: 'never gives a dropped generation out again',
      says: /the generations: expected/,
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
}

describeTransactional('broken read models in MongoDB', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  describe.each(Object.entries(twinsOn(bench)))('a twin that %s', (_name, { twin, fails, says }) => {
    it(`fails the rule "${fails}"`, async () => {
      const rule = readModelsContract.find(({ name }) => name === fails);
      await expect(rule?.run(mongoHarness(bench, twin))).rejects.toThrow(says);
    });
  });
});
