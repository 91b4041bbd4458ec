import { equal, ok, rejects } from './check.js';
import {
  loaded,
  LOG,
  park,
  readModelsCase,
  saveIn,
  statesOf,
  step,
  type ReadModelsBench,
  type ReadModelsCase,
} from './harness.js';

const FIRST = { name: 'pairs', version: 1, generation: 1 };

async function twoGenerations({ readModels, projection }: ReadModelsBench): Promise<void> {
  await readModels.createVersion(projection('pairs', 1), LOG, 'first');
  await readModels.switchVersion(await readModels.createVersion(projection('pairs', 1), LOG, 'next'));
}

export const droppingCases: readonly ReadModelsCase[] = [
  readModelsCase('refuses to drop what readers see', async ({ readModels, projection }) => {
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    await rejects(() => readModels.dropVersion(FIRST), 'the live version', 'version-is-live');
  }),

  readModelsCase('drops a version with its rows and its checkpoint', async (bench) => {
    const { readModels, readLive } = bench;
    await twoGenerations(bench);
    await step(bench, 'pairs@1.2', { position: 1, pair: ['a', '1'] });
    await readModels.dropVersion(FIRST);
    equal(await statesOf(readModels), ['pairs@1.2 live'], 'the versions');
    equal(await readModels.load('pairs@1'), undefined, 'the checkpoint');
    equal(await readLive('pairs'), { a: '1' }, 'the live rows');
    await rejects(() => readModels.dropVersion(FIRST), 'dropping it again', 'unknown-projection');
  }),

  readModelsCase(
    'drops the parked streams of a version with it',
    async (bench) => {
      const { readModels } = bench;
      await twoGenerations(bench);
      for (const processor of ['pairs@1', 'pairs@1.2']) await park(readModels, processor, 'order-1');
      await readModels.dropVersion(FIRST);
      equal(await readModels.listParked('pairs@1'), [], 'the parked streams');
      equal((await readModels.listParked('pairs@1.2')).length, 1, 'the parked streams of the other');
    },
    'parking',
  ),

  readModelsCase(
    'drops the applied versions of a version with it',
    async (bench) => {
      const { readModels } = bench;
      await twoGenerations(bench);
      const applied = { versions: new Map([['order-1', 1]]), upTo: 1 };
      for (const processor of ['pairs@1', 'pairs@1.2']) {
        await readModels.transaction(processor, (tx) => readModels.saveApplied(tx, processor, applied));
      }
      await readModels.dropVersion(FIRST);
      equal(await readModels.appliedUpTo('pairs@1'), undefined, 'how far its versions reach');
      equal(await readModels.listApplied('pairs@1'), [], 'its applied versions');
      equal((await readModels.listApplied('pairs@1.2')).length, 1, 'the applied versions of the other');
    },
    'feeding',
  ),

  readModelsCase('lets no instance that slept through it write to a dropped version', async (bench) => {
    const { readModels, write } = bench;
    await twoGenerations(bench);
    const from = await loaded(readModels, 'pairs@1');
    await readModels.dropVersion(FIRST);
    await readModels.ensureRow('pairs@1', LOG);
    equal(await readModels.load('pairs@1'), undefined, 'the checkpoint');
    const step = readModels.transaction('pairs@1', async (tx) => {
      await write(tx, 'a', 'late');
      ok(
        !(await saveIn(readModels, tx, { processor: 'pairs@1', from, position: 1 })),
        'the late save succeeded',
      );
      throw new Error('not saved');
    });
    await rejects(() => step, 'the late step');
  }),

  readModelsCase('never gives a dropped generation out again', async (bench) => {
    const { readModels, projection } = bench;
    await twoGenerations(bench);
    const third = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
    await readModels.dropVersion(third);
    const fourth = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
    equal([third.generation, fourth.generation], [3, 4], 'the generations');
  }),
];
