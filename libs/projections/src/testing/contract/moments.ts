import { equal } from './check.js';
import { loaded, LOG, readModelsCase, saveIn, step, type ReadModelsCase } from './harness.js';

const FIRST = { name: 'pairs', version: 1, generation: 1 };

export const momentCases: readonly ReadModelsCase[] = [
  readModelsCase("keeps a version's rows and its checkpoint together, or neither", async (bench) => {
    const { readModels, projection, write, readLive } = bench;
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    const from = await loaded(readModels, 'pairs@1');
    await step(bench, 'pairs@1', { position: 1, pair: ['a', '1'] });
    const refused = new Error('the checkpoint was not saved');
    const late = readModels.transaction('pairs@1', async (tx) => {
      await write(tx, 'a', 'late');
      if (!(await saveIn(readModels, tx, { processor: 'pairs@1', from, position: 1 }))) throw refused;
    });
    const outcome = await late.catch((error: unknown) => error);
    equal(outcome === refused, true, 'the second step from one checkpoint was refused');
    equal(await readLive('pairs'), { a: '1' }, 'the rows');

    const now = await loaded(readModels, 'pairs@1');
    const failing = readModels.transaction('pairs@1', async (tx) => {
      await write(tx, 'b', '2');
      await saveIn(readModels, tx, { processor: 'pairs@1', from: now, position: 2 });
      throw refused;
    });
    await failing.catch(() => undefined);
    equal(await readLive('pairs'), { a: '1' }, 'the rows after a step that failed at its end');
    equal((await loaded(readModels, 'pairs@1')).position, 1, 'the checkpoint after it');
  }),

  readModelsCase('moves a checkpoint on request, under a new token', async (bench) => {
    const { readModels } = bench;
    await readModels.ensureRow('reactor/mail', LOG);
    const from = await loaded(readModels, 'reactor/mail');
    await readModels.moveCheckpoint('reactor/mail', { logId: LOG, position: 40 });
    const moved = await loaded(readModels, 'reactor/mail');
    equal([moved.position, moved.token > from.token], [40, true], 'position and token');
    const saved = await readModels.transaction('reactor/mail', (tx) =>
      saveIn(readModels, tx, { processor: 'reactor/mail', from, position: 1 }),
    );
    equal(saved, false, 'a save under the old token');
  }),

  readModelsCase(
    'shows one moment of several versions in a snapshot, while others write',
    async (bench) => {
      const { readModels, projection } = bench;
      await readModels.createVersion(projection('pairs', 1), LOG, 'first');
      const next = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
      await step(bench, 'pairs@1', { position: 1, pair: ['a', '1'] });
      const snapshot = await readModels.openSnapshot();
      await step(bench, 'pairs@1', { position: 2, pair: ['b', '2'] });
      await step(bench, 'pairs@1.2', { position: 2, pair: ['b', '2'] });
      const positions = [
        (await snapshot.loadCheckpoint('pairs@1'))?.position,
        (await snapshot.loadCheckpoint('pairs@1.2'))?.position,
      ];
      const rows = [await collect(snapshot.readRows(FIRST)), await collect(snapshot.readRows(next))];
      await snapshot.close();
      equal(positions, [1, 0], 'the positions');
      equal(
        rows.map((each) => each.map(({ row }) => [row.key, row.value])),
        [[['a', '1']], []],
        'the rows',
      );
    },
    'second',
    'moments',
  ),

  readModelsCase(
    'reads the rows of a version in one order, whatever order they were written in',
    async (bench) => {
      const { readModels, projection } = bench;
      await readModels.createVersion(projection('pairs', 1), LOG, 'first');
      const next = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
      const keys = ['b', 'ä', 'a', 'Z', '10', '9', ''];
      for (const [index, key] of keys.entries()) {
        await step(bench, 'pairs@1', { position: index + 1, pair: [key, 'x'] });
      }
      for (const [index, key] of keys.toReversed().entries()) {
        await step(bench, 'pairs@1.2', { position: index + 1, pair: [key, 'x'] });
      }
      const snapshot = await readModels.openSnapshot();
      const [live, rebuilt] = [
        await collect(snapshot.readRows(FIRST)),
        await collect(snapshot.readRows(next)),
      ];
      await snapshot.close();
      equal(live.length, keys.length, 'how many rows');
      equal(live[0]?.table, 'pairs', 'the table');
      equal(rebuilt, live, 'the rows of the other generation');
    },
  ),
];

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
