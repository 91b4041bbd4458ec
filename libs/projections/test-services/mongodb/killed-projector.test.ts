import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { isProjectionsError, rebuild } from '@varve/projections';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { seededRandom, wholeBetween } from '../../../../test/support/seeded-random.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { ReadModelsBench, type Place } from './bench.js';
import { AT_ONCE, charge, foldOf, projector, rowsOf, totals } from './orders.js';
import { describeTransactional } from './servers.js';

const CHILD = new URL('./killed-projector.child.ts', import.meta.url);

/** A dead instance's lease runs out in no time, so that its work is taken over at once. */
const LEASE = { leaseDuration: 100 };
const rounds = Number(process.env['VARVE_KILL_ROUNDS'] ?? 6);
const seed = Number(process.env['VARVE_SEED'] ?? 1);

/** A server keeps what the transaction of a dead client has locked until it ends the transaction, which is after a minute. */
function untilFree<T>(work: () => Promise<T>): Promise<T> {
  const attempt = () =>
    work().then(
      (result) => ({ result }),
      (error: unknown) => {
        if (isProjectionsError(error, 'store-unavailable')) return undefined;
        throw error;
      },
    );
  return until(attempt, { timeout: 100_000, interval: 500 }).then(({ result }) => result);
}

const isSteps = (message: unknown): message is { steps: number } =>
  typeof message === 'object' && message !== null && 'steps' in message;

describeTransactional('with read models in MongoDB', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  let logFile: string;
  let log: SqliteEventStore;
  beforeEach(async () => {
    logFile = join(temporaryFolder(), 'log.db');
    log = await SqliteEventStore.open({ file: logFile });
    for (let i = 0; i < 8; i++) await charge(log, `order-${i % 3}`, i + 1);
  });
  afterEach(() => log.close());

  function start(place: Place, orders: object) {
    return startChild(CHILD, [JSON.stringify({ ...place, logFile, uri: server.uri, ...LEASE, ...orders })]);
  }

  it(`a projector that is killed with kill -9 has neither lost nor applied twice anything (seed ${seed})`, async () => {
    const random = seededRandom(seed);
    const rehearsal = start(bench.newPlace(), { task: 'catch-up', group: 'rehearsal' });
    const { steps } = await rehearsal.heard(isSteps);
    const killed: { place: Place; dieAt: number; group: string }[] = [];
    for (let round = 1; round <= rounds; round++) {
      const dead = {
        place: bench.newPlace(),
        dieAt: wholeBetween(random, 1, steps),
        group: `round ${round}`,
      };
      const { place, ...orders } = dead;
      const { code, signal } = await start(place, { task: 'catch-up', ...orders }).exited;
      // How many steps there are depends on who was in whose way: one that has none left to die at has ended well.
      expect(signal === 'SIGKILL' || code === 0, `how it ended: ${String(code)}`).toBe(true);
      killed.push(dead);
    }
    await Promise.all(killed.map(takeOver));

    async function takeOver({ place, dieAt, group }: (typeof killed)[number]): Promise<void> {
      const readModels = await bench.another(place);
      const heir = projector({ log, readModels, projections: [totals()], group, ...LEASE });
      await untilFree(() => heir.runUntilCaughtUp());
      expect(await rowsOf(readModels), `killed at step ${dieAt} of ${steps}`).toEqual(await foldOf(log));
    }
  });

  it('a rebuild that is killed with kill -9 is gone on with by the next one', async () => {
    const place = bench.newPlace();
    const readModels = await bench.another(place);
    await projector({ log, readModels, projections: [totals()], ...LEASE }).runUntilCaughtUp();
    const { signal } = await start(place, { task: 'rebuild', dieAt: 40 }).exited;
    expect(signal).toBe('SIGKILL');

    const options = { log, readModels, projection: totals(), failurePolicy: AT_ONCE, ...LEASE };
    const result = await untilFree(() => rebuild({ ...options, verify: 'require' }));
    expect(result).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 8 });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});
