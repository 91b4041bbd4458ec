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

const OLD = { name: 'pairs', version: 1, generation: 1 };
const NEW = { name: 'pairs', version: 2, generation: 1 };

async function twoVersions({ readModels, projection }: ReadModelsBench): Promise<void> {
  await readModels.createVersion(projection('pairs', 1), LOG, 'first');
  await readModels.createVersion(projection('pairs', 2), LOG, 'first');
}

export const switchingCases: readonly ReadModelsCase[] = [
  readModelsCase('shows readers the version that was switched to, and retires the other', async (bench) => {
    const { readModels, readLive } = bench;
    await twoVersions(bench);
    await step(bench, 'pairs@1', { position: 1, pair: ['a', 'old'] });
    await step(bench, 'pairs@2', { position: 1, pair: ['a', 'new'] });
    equal(await readModels.switchVersion(NEW), { ok: true, from: OLD, to: NEW }, 'the switch');
    equal(await readLive('pairs'), { a: 'new' }, 'the live rows');
    equal(await statesOf(readModels), ['pairs@1 retired', 'pairs@2 live'], 'the versions');
  }),

  readModelsCase('makes whoever works on the old version stop at the switch', async (bench) => {
    const { readModels } = bench;
    await twoVersions(bench);
    const seen = await readModels.readLease('pairs@1');
    ok(seen !== undefined, 'there is no lease to acquire');
    if (seen) await readModels.acquire('pairs@1', 'ann', seen);
    const from = await loaded(readModels, 'pairs@1');
    await readModels.switchVersion(NEW);
    const saved = await readModels.transaction('pairs@1', (tx) =>
      saveIn(readModels, tx, { processor: 'pairs@1', from, position: 1 }),
    );
    equal(saved, false, 'a save under the old token');
    const now = await readModels.readLease('pairs@1');
    equal(now?.state, 'stopped', 'the state');
    const lease = now && (await readModels.acquire('pairs@1', 'bob', now));
    equal(lease, undefined, 'an attempt to acquire the old version');
  }),

  readModelsCase('refuses to switch to rows that are older than the live ones', async (bench) => {
    const { readModels } = bench;
    await twoVersions(bench);
    await step(bench, 'pairs@1', { position: 2, pair: ['a', 'old'] });
    await step(bench, 'pairs@2', { position: 1, pair: ['a', 'new'] });
    const behind = { ok: false, reason: 'behind', live: 2, candidate: 1 };
    equal(await readModels.switchVersion(NEW), behind, 'the switch');
    equal(
      await readModels.switchVersion(NEW, { despite: ['parked'] }),
      behind,
      'the switch despite another reason',
    );
    equal(await statesOf(readModels), ['pairs@1 live', 'pairs@2 building'], 'the versions');
    equal(
      (await readModels.switchVersion(NEW, { despite: ['behind'] })).ok,
      true,
      'the switch despite of it',
    );
  }),

  readModelsCase(
    'refuses to switch to rows that lack streams which the live ones have',
    async (bench) => {
      const { readModels } = bench;
      await twoVersions(bench);
      await park(readModels, 'pairs@1', 'order-1');
      await park(readModels, 'pairs@2', 'order-1');
      await park(readModels, 'pairs@2', 'order-2');
      const parked = { ok: false, reason: 'parked', streams: ['order-2'] };
      equal(await readModels.switchVersion(NEW), parked, 'the switch');
      equal(
        (await readModels.switchVersion(NEW, { despite: ['parked'] })).ok,
        true,
        'the switch despite of it',
      );
    },
    'parking',
  ),

  readModelsCase('leaves the live version alone when it is switched to again', async (bench) => {
    const { readModels } = bench;
    await twoVersions(bench);
    await readModels.switchVersion(NEW);
    const before = await loaded(readModels, 'pairs@2');
    equal(await readModels.switchVersion(NEW), { ok: true, from: NEW, to: NEW }, 'the switch');
    equal(await loaded(readModels, 'pairs@2'), before, 'the checkpoint and its token');
  }),

  readModelsCase('goes back to a retired version on request, which can be worked on again', async (bench) => {
    const { readModels } = bench;
    await twoVersions(bench);
    await readModels.switchVersion(NEW);
    equal((await readModels.switchVersion(OLD)).ok, true, 'the switch back');
    equal((await readModels.readLease('pairs@1'))?.state, 'active', 'the state');
  }),

  readModelsCase('refuses to switch to what it does not have', async (bench) => {
    const { readModels } = bench;
    await twoVersions(bench);
    const unknown = { ...NEW, generation: 9 };
    await rejects(() => readModels.switchVersion(unknown), 'an unknown generation', 'unknown-projection');
  }),

  readModelsCase('shows readers the old rows or the new at every moment of a switch', async (bench) => {
    const { readModels, projection, readLive } = bench;
    await readModels.createVersion(projection('pairs', 1), LOG, 'first');
    await step(bench, 'pairs@1', { position: 1, pair: ['generation', '1'] });
    const switching = { isDone: false };
    const reading = (async () => {
      for (let last = 0; !switching.isDone;) {
        const { generation } = await readLive('pairs');
        ok(Number(generation) >= last, `rows of generation ${String(generation)} after those of ${last}`);
        last = Number(generation);
      }
    })();
    const switched = switchManyTimes(bench).finally(() => (switching.isDone = true));
    await Promise.all([reading, switched]);
  }),
];

/** Each generation has one row, which tells its number; the one before is dropped at once. */
async function switchManyTimes(bench: ReadModelsBench): Promise<void> {
  const { readModels, projection } = bench;
  for (let generation = 2; generation <= 12; generation++) {
    const next = await readModels.createVersion(projection('pairs', 1), LOG, 'next');
    await step(bench, `pairs@1.${generation}`, { position: 1, pair: ['generation', String(generation)] });
    const { ok: isSwitched } = await readModels.switchVersion(next);
    equal(isSwitched, true, `the switch to generation ${generation}`);
    await readModels.dropVersion({ ...next, generation: generation - 1 });
  }
}
