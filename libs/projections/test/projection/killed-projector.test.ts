import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startChild } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { rebuild } from '@varve/projections';
import { charge, foldOf, openLog, openReadModels, projector, rowsOf, totals } from './orders.js';

const CHILD = new URL('./projector.child.ts', import.meta.url);

/** A dead instance's lease runs out in no time, so that its work is taken over at once. */
const LEASE = { leaseDuration: 40 };

interface Files {
  readonly logFile: string;
  readonly readModelsFile: string;
}

function files(): Files {
  const folder = temporaryFolder();
  return { logFile: join(folder, 'log.db'), readModelsFile: join(folder, 'read-models.db') };
}

function startProjector(where: Files, orders: object) {
  return startChild(CHILD, [JSON.stringify({ ...where, ...LEASE, batchSize: 2, ...orders })]);
}

const isSteps = (message: unknown): message is { steps: number } => {
  return typeof message === 'object' && message !== null && 'steps' in message;
};

async function fill(log: Awaited<ReturnType<typeof openLog>>, commits: number): Promise<void> {
  for (let i = 0; i < commits; i++) await charge(log, `order-${i % 3}`, i + 1);
}

describe('a projector killed with kill -9', () => {
  it('between any two steps has neither lost nor applied twice anything when another one has taken over', async () => {
    const where = files();
    const log = await openLog(where.logFile);
    await fill(log, 3);
    const rehearsal = await startProjector(
      { ...where, readModelsFile: `${where.readModelsFile}-0` },
      { task: 'catch-up', group: 'rehearsal' },
    ).heard(isSteps);
    expect(rehearsal.steps).toBeGreaterThan(12);
    const kills = Array.from({ length: rehearsal.steps }, (_, index) => index + 1);
    for (let i = 0; i < kills.length; i += 2) await Promise.all(kills.slice(i, i + 2).map(killAndTakeOver));

    async function killAndTakeOver(dieAt: number): Promise<void> {
      const readModelsFile = `${where.readModelsFile}-${dieAt}`;
      const group = `killed at ${dieAt}`;
      const { signal } = await startProjector(
        { ...where, readModelsFile },
        { task: 'catch-up', dieAt, group },
      ).exited;
      expect(signal).toBe('SIGKILL');
      const readModels = await openReadModels(readModelsFile);
      await projector({
        log,
        group,
        readModels,
        projections: [totals()],
        ...LEASE,
      }).runUntilCaughtUp();
      expect(await rowsOf(readModels), `killed at step ${dieAt}`).toEqual(await foldOf(log));
    }
  });

  it('that is only stopped and wakes up after its lease has gone to another one writes nothing', async () => {
    const where = files();
    const log = await openLog(where.logFile);
    const readModels = await openReadModels(where.readModelsFile);
    const child = startProjector(where, { task: 'run' });
    await child.heard((message): message is 'started' => message === 'started');
    await until(async () => (await readModels.readLease('totals@1'))?.owner === 'child');
    child.signal('SIGSTOP');
    const other = projector({ log, readModels, projections: [totals()], owner: 'other', ...LEASE });
    await other.start();
    await fill(log, 20);
    await until(async () => (await readModels.readLease('totals@1'))?.owner === 'other');
    child.signal('SIGCONT');
    await fill(log, 20);
    await other.waitFor(40, 'totals');
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    child.signal('SIGTERM');
    expect(await child.exited).toMatchObject({ code: 0 });
    await other.runUntilCaughtUp();
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});

describe('a rebuild in a process of its own', () => {
  it('goes on after kill -9 where it was, in whichever process it is run again', async () => {
    const where = files();
    const log = await openLog(where.logFile);
    const readModels = await openReadModels(where.readModelsFile);
    await fill(log, 30);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    const { signal } = await startProjector(where, { task: 'rebuild', dieAt: 60 }).exited;
    expect(signal).toBe('SIGKILL');
    const left = (await readModels.listVersions()).find(({ state }) => state === 'building');
    expect(left?.checkpoint.position).toBeGreaterThan(0);
    expect(left?.checkpoint.position).toBeLessThan(30);

    const result = await rebuild({ log, readModels, projection: totals(), verify: 'require', ...LEASE });
    expect(result).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 30 });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('ends with the rows of the log while a projector runs, writers write and readers read in another one', async () => {
    const where = files();
    const log = await openLog(where.logFile);
    const readModels = await openReadModels(where.readModelsFile);
    await fill(log, 100);
    const running = projector({ log, readModels, projections: [totals()] });
    await running.start();
    await running.waitFor(100, 'totals');
    const child = startProjector(where, { task: 'rebuild', verify: 'require', leaseDuration: 5_000 });
    const rebuilding = { isDone: false };
    const done = child.exited.then(() => (rebuilding.isDone = true));
    let seen = 0;
    for (let i = 0; !rebuilding.isDone; i++) {
      await charge(log, `order-${i % 5}`, i);
      const events = (await rowsOf(readModels)).reduce((sum, row) => sum + row.events, 0);
      expect(events).toBeGreaterThanOrEqual(seen);
      seen = events;
    }
    await done;
    expect(child.messages[0]).toMatchObject({ outcome: 'switched', verification: { verdict: 'same' } });
    const position = await charge(log, 'order-1', 1);
    expect(await running.waitFor(position, 'totals')).toMatchObject({ reached: true });
    expect((await running.status()).projections[0]?.live).toMatchObject({ generation: 2 });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});
