import type { SqliteReadModels } from '@varve/projections/sqlite';
import { describe, expect, test } from 'vitest';
import { wholeBetween } from '../support/seeded-random.ts';
import { startChild, type Child } from '../support/children.js';
import { until } from '../support/until.js';
import { foldOf, rowsOf } from './support/accounts.js';
import { filesIn, openLog, openReadModels } from './support/files.js';
import type { ProjectorOrders } from './support/projectors.js';
import { chanceFor, rounds, timeFor } from './support/rounds.js';
import { fill, Traffic } from './support/traffic.js';

const SCRIPT = new URL('./projector.child.ts', import.meta.url);
const ID = 'accounts@1';

/** A take-over costs the lease's duration each time. */
const KILLS = Math.max(4, Math.floor(rounds / 5));

/** Milliseconds. Another instance takes over at most 500 ms after so long without a sign of life. */
const LEASE = 250;

/** Of one that is to leave the lease to the other, also where that one is not scheduled for a while. */
const PATIENT = 2_000;

function startProjector(orders: Omit<ProjectorOrders, 'leaseDuration'>, leaseDuration = LEASE): Child {
  return startChild(SCRIPT, [JSON.stringify({ ...orders, leaseDuration })]);
}

type Told = Readonly<Record<string, unknown>>;

function told(child: Child, key: string, value?: string): Promise<Told> {
  const accepts = (message: unknown): message is Told => {
    const found = (message as Told | undefined)?.[key];
    return value === undefined ? found !== undefined : found === value;
  };
  return child.heard(accepts, value ?? key);
}

async function positionOf(readModels: SqliteReadModels): Promise<number> {
  return (await readModels.load(ID))?.position ?? 0;
}

async function ownerOf(readModels: SqliteReadModels): Promise<string | undefined> {
  return (await readModels.readLease(ID))?.owner;
}

test(
  'of two projectors on one read model, the one that works is killed with kill -9 again and again: the other takes over each time',
  async () => {
    const chance = chanceFor('two projectors');
    const files = filesIn();
    const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
    const traffic = new Traffic(log, 'shop', 1);
    const running = new Map<string, Child>();
    let born = 0;
    const bear = (): void => {
      const owner = `projector ${(born += 1)}`;
      running.set(owner, startProjector({ ...files, owner }));
    };
    bear();
    bear();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const from = await positionOf(readModels);
      const further = wholeBetween(chance, 1, 60);
      await until(async () => (await positionOf(readModels)) >= from + further);
      const owner = await until(
        async () => running.get((await ownerOf(readModels)) ?? '') && ownerOf(readModels),
      );
      await running.get(owner)?.kill();
      running.delete(owner);
      bear();
      await until(async () => running.has((await ownerOf(readModels)) ?? ''), { what: 'a take-over' });
    }
    const position = await traffic.stop();
    await until(async () => (await positionOf(readModels)) >= position);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    for (const child of running.values()) {
      await told(child, 'started');
      child.signal('SIGTERM');
      expect(await child.exited, child.stderr).toEqual({ code: 0, signal: null });
    }
    expect(await ownerOf(readModels)).toBeUndefined();
  },
  timeFor(KILLS),
);

describe('a projector that is stopped with SIGSTOP while it works, and wakes up after its lease has gone', () => {
  test('saves nothing of what it had read before: another one has applied it, and it says that the lease is lost', async () => {
    const files = filesIn();
    const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
    await fill(log, 30);
    const sleep = { when: 'it has read', at: 1 } as const;
    const sleeper = startProjector({ ...files, owner: 'sleeper', sleep }, PATIENT);
    await told(sleeper, 'asleep');
    expect(await positionOf(readModels)).toBe(0);
    const other = startProjector({ ...files, owner: 'other' });
    await until(async () => (await positionOf(readModels)) === 30);
    const rows = await rowsOf(readModels);
    expect(rows).toEqual(await foldOf(log));

    sleeper.signal('SIGCONT');
    await told(sleeper, 'kind', 'lease-lost');
    expect(await rowsOf(readModels)).toEqual(rows);
    expect(await ownerOf(readModels)).toBe('other');
    expect(sleeper.messages).not.toContainEqual(expect.objectContaining({ kind: 'progressed' }));
    expect(other.messages).toContainEqual(expect.objectContaining({ kind: 'lease-acquired' }));
  });

  test('in its transaction keeps the others from taking over meanwhile, and nothing is applied twice', async () => {
    const files = filesIn();
    const [log, readModels] = [await openLog(files.logFile), await openReadModels(files.readModelsFile)];
    await fill(log, 30);
    const sleeper = startProjector({ ...files, owner: 'sleeper', sleep: { when: 'it applies', at: 31 } });
    await until(async () => (await positionOf(readModels)) === 30);
    const other = startProjector({ ...files, owner: 'other', busyTimeout: 100 }, PATIENT);
    await told(other, 'started');
    await fill(log, 30, 'later');
    await told(sleeper, 'asleep');
    await told(other, 'kind', 'unavailable');
    expect(await positionOf(readModels)).toBe(30);

    sleeper.signal('SIGCONT');
    await until(async () => (await positionOf(readModels)) === 60);
    await fill(log, 10, 'latest');
    await until(async () => (await positionOf(readModels)) === 70);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});
