import { equal, ok, rejects } from './check.js';
import { loaded, LOG, readModelsCase, statesOf, step, type ReadModelsCase } from './harness.js';

export const versionCases: readonly ReadModelsCase[] = [
  readModelsCase('makes the first version live at once, at position 0 of its log', async (bench) => {
    const { readModels, projection, readLive } = bench;
    const made = await readModels.createVersion(projection('pairs', 3), LOG, 'first');
    equal(made, { name: 'pairs', version: 3, generation: 1 }, 'the version');
    equal(await statesOf(readModels), ['pairs@3 live'], 'the versions');
    const { logId, position, mark } = await loaded(readModels, 'pairs@3');
    equal({ logId, position, mark }, { logId: LOG, position: 0 }, 'the checkpoint');
    equal(await readLive('pairs'), {}, 'the rows');
  }),

  readModelsCase('makes later versions beside the live one, and keeps their rows apart', async (bench) => {
    const { readModels, projection, readLive } = bench;
    for (const version of [1, 2]) await readModels.createVersion(projection('pairs', version), LOG, 'first');
    await readModels.createVersion(projection('pairs', 1), LOG, 'next');
    equal(
      await statesOf(readModels),
      ['pairs@1 live', 'pairs@1.2 building', 'pairs@2 building'],
      'the versions',
    );
    for (const processor of ['pairs@2', 'pairs@1.2', 'pairs@1']) {
      await step(bench, processor, { position: 1, pair: ['a', processor] });
    }
    equal(await readLive('pairs'), { a: 'pairs@1' }, 'the live rows');
  }),

  readModelsCase('keeps projections apart whose names begin alike', async (bench) => {
    const { readModels, projection, readLive } = bench;
    for (const name of ['a', 'ab', 'a-b', 'a_b']) {
      await readModels.createVersion(projection(name, 1), LOG, 'first');
      await step(bench, `${name}@1`, { position: 1, pair: ['name', name] });
    }
    await readModels.switchVersion(await readModels.createVersion(projection('a', 1), LOG, 'next'), {
      despite: ['behind'],
    });
    await readModels.dropVersion({ name: 'a', version: 1, generation: 1 });
    for (const name of ['ab', 'a-b', 'a_b']) equal(await readLive(name), { name }, `the rows of ${name}`);
  }),

  readModelsCase('makes a version once, whoever asks for it again', async (bench) => {
    const { readModels, projection, readLive } = bench;
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    await step(bench, 'pairs@1', { position: 1, pair: ['a', '1'] });
    const again = await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    equal(again.generation, 1, 'the generation');
    equal((await loaded(readModels, 'pairs@1')).position, 1, 'the checkpoint');
    equal(await readLive('pairs'), { a: '1' }, 'the rows');
  }),

  readModelsCase(
    'makes one version for many instances that start at once',
    async ({ readModels, projection, second }) => {
      const stores = [readModels, await second(), readModels, await second()];
      const made = await Promise.all(
        stores.map((store) => store.createVersion(projection('pairs', 1), LOG, 'first')),
      );
      equal(new Set(made.map(({ generation }) => generation)).size, 1, 'generations given out');
      equal(await statesOf(readModels), ['pairs@1 live'], 'the versions');
    },
    'second',
  ),

  readModelsCase('takes up a generation that is being built before it makes another one', async (bench) => {
    const { readModels, projection } = bench;
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    const next = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
    await step(bench, 'pairs@1.2', { position: 1, pair: ['a', '1'] });
    equal(await readModels.createVersion(projection('pairs', 1), LOG, 'next'), next, 'the version');
    equal((await loaded(readModels, 'pairs@1.2')).position, 1, 'the checkpoint');
  }),

  readModelsCase('leaves nothing of a version whose set-up fails', async ({ readModels, projection }) => {
    const good = projection('pairs', 1);
    const setup = async (tx: unknown): Promise<void> => {
      await good.setup(tx);
      throw new Error('no');
    };
    const failing = { ...good, setup };
    await rejects(() => readModels.createVersion(failing, LOG, 'first'), 'the failing set-up');
    equal(await statesOf(readModels), [], 'the versions');
    equal(await readModels.load('pairs@1'), undefined, 'the checkpoint');
    await readModels.createVersion(good, LOG, 'first');
  }),

  readModelsCase('lists what there is of every processor', async ({ readModels, projection }) => {
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    await readModels.ensureRow('reactor/mail', LOG, { position: 7 });
    const rows = await readModels.listProcessors();
    const seen = rows.map(({ processor, checkpoint, parked, skipped }) => {
      return { processor, position: checkpoint.position, parked, skipped };
    });
    equal(
      seen,
      [
        { processor: 'pairs@1', position: 0, parked: 0, skipped: 0 },
        { processor: 'reactor/mail', position: 7, parked: 0, skipped: 0 },
      ],
      'the processors',
    );
    equal(await readModels.listVersions('nobody'), [], 'the versions of a projection that nobody knows');
  }),

  readModelsCase(
    'has an id that stays',
    async ({ readModels, second }) => {
      ok(readModels.databaseId.length > 0, 'there is no id');
      equal((await second()).databaseId, readModels.databaseId, 'the id in another process');
    },
    'second',
  ),
];
