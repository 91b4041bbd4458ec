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

  readModelsCase('drops a version with its checkpoint and its parked streams', async (bench) => {
    const { readModels, readLive } = bench;
    await twoGenerations(bench);
    await park(readModels, 'pairs@1', 'order-1');
    await step(bench, 'pairs@1.2', { position: 1, pair: ['a', '1'] });
    await readModels.dropVersion(FIRST);
    equal(await statesOf(readModels), ['pairs@1.2 live'], 'the versions');
    equal(await readModels.load('pairs@1'), undefined, 'the checkpoint');
    equal(await readModels.listParked('pairs@1'), [], 'the parked streams');
    equal(await readLive('pairs'), { a: '1' }, 'the live rows');
    await rejects(() => readModels.dropVersion(FIRST), 'dropping it again', 'unknown-projection');
  }),

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
